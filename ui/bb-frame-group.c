/* bb-frame-group.c: rows for shape and size of the canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-frame-group.h"

#include "bb-announce.h"
#include "bb-shortcuts.h"
#include "bb-size-text.h"

#include <glib/gi18n.h>
#include <math.h>

/**
 * BbFrameGroup:
 *
 * Rows that choose the canvas: one of the usual shapes in a usual size, or any width and height.
 */
struct _BbFrameGroup {
  AdwPreferencesGroup parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  gboolean updating;
  gboolean custom; /* the user asked for a shape of their own */

  AdwToggleGroup *aspects;
  AdwComboRow *size_row;
  GtkStringList *sizes;
  GtkWidget *width_row;
  GtkWidget *height_row;
  GtkAdjustment *width_adjustment;
  GtkAdjustment *height_adjustment;
};

G_DEFINE_FINAL_TYPE (BbFrameGroup, bb_frame_group, ADW_TYPE_PREFERENCES_GROUP)

static const struct {
  const char *name;
  int x;
  int y;
} aspects[] = { { "9:16", 9, 16 }, { "4:5", 4, 5 }, { "1:1", 1, 1 }, { "16:9", 16, 9 } };

/* The short side in pixels. */
static const int short_sides[] = { 720, 1080, 1440, 2160 };

static void
get_size (guint aspect, guint size, int *width, int *height)
{
  int x = aspects[aspect].x;
  int y = aspects[aspect].y;
  int unit = short_sides[size] / MIN (x, y);

  *width = x * unit;
  *height = y * unit;
}

/* Which of the usual shapes and sizes a canvas has, if any. */
static gboolean
find_usual (int width, int height, guint *aspect, guint *size)
{
  for (*aspect = 0; *aspect < G_N_ELEMENTS (aspects); (*aspect)++)
    for (*size = 0; *size < G_N_ELEMENTS (short_sides); (*size)++)
      {
        int w, h;

        get_size (*aspect, *size, &w, &h);
        if (w == width && h == height)
          return TRUE;
      }
  return FALSE;
}

/* The usual size whose short side is nearest to that of a canvas, for another shape of it. */
static guint
find_nearest (int width, int height)
{
  int side = MIN (width, height);
  guint nearest = 0;

  for (guint i = 1; i < G_N_ELEMENTS (short_sides); i++)
    if (ABS (short_sides[i] - side) < ABS (short_sides[nearest] - side))
      nearest = i;
  return nearest;
}

static void
list_sizes (BbFrameGroup *self, guint aspect)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) texts = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (short_sides); i++)
    {
      int width, height;

      get_size (aspect, i, &width, &height);
      g_strv_builder_take (builder, g_strdup_printf (BB_SIZE_FORMAT, width, height));
    }
  texts = g_strv_builder_end (builder);
  gtk_string_list_splice (self->sizes, 0, g_list_model_get_n_items (G_LIST_MODEL (self->sizes)),
                          (const char *const *) texts);
}

static void
update (BbFrameGroup *self)
{
  const BbRecipeValues *values;
  guint aspect, size;
  gboolean usual;

  if (self->editor == NULL || self->updating)
    return;
  self->updating = TRUE;
  values = bb_editor_get (self->editor);
  usual = find_usual (values->width, values->height, &aspect, &size);
  if (!usual)
    self->custom = TRUE;
  if (!self->custom)
    {
      g_autofree char *first = NULL;
      const char *shown = gtk_string_list_get_string (self->sizes, 0);
      int width, height;

      get_size (aspect, 0, &width, &height);
      first = g_strdup_printf (BB_SIZE_FORMAT, width, height);
      if (g_strcmp0 (shown, first) != 0)
        list_sizes (self, aspect);
      adw_combo_row_set_selected (self->size_row, size);
    }
  adw_toggle_group_set_active_name (self->aspects, self->custom ? "custom" : aspects[aspect].name);
  gtk_widget_set_visible (GTK_WIDGET (self->size_row), !self->custom);
  gtk_widget_set_visible (self->width_row, self->custom);
  gtk_widget_set_visible (self->height_row, self->custom);
  gtk_adjustment_set_value (self->width_adjustment, values->width);
  gtk_adjustment_set_value (self->height_adjustment, values->height);
  self->updating = FALSE;
}

static void
recipe_cb (BbFrameGroup *self)
{
  const BbRecipeValues *values = bb_editor_get (self->editor);

  /* A preset or an undone step brought another canvas: that is no longer what was typed. */
  if (!self->updating &&
      (values->width != (int) gtk_adjustment_get_value (self->width_adjustment) ||
       values->height != (int) gtk_adjustment_get_value (self->height_adjustment)))
    self->custom = FALSE;
  update (self);
}

static void
set_size (BbFrameGroup *self, int width, int height, const char *key)
{
  BbRecipeValues values = *bb_editor_get (self->editor);

  values.width = width;
  values.height = height;
  bb_editor_set (self->editor, &values, key, NULL);
}

static void
aspect_cb (AdwToggleGroup *group, GParamSpec *pspec, gpointer user_data)
{
  BbFrameGroup *self = BB_FRAME_GROUP (user_data);
  guint index = adw_toggle_group_get_active (group);
  const BbRecipeValues *values;
  int width, height;

  if (self->editor == NULL || self->updating || index == GTK_INVALID_LIST_POSITION)
    return;
  self->custom = index >= G_N_ELEMENTS (aspects);
  if (self->custom)
    {
      update (self);
      return;
    }
  values = bb_editor_get (self->editor);
  get_size (index, find_nearest (values->width, values->height), &width, &height);
  set_size (self, width, height, NULL);
  update (self);
}

static void
size_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  BbFrameGroup *self = BB_FRAME_GROUP (user_data);
  guint aspect = adw_toggle_group_get_active (self->aspects);
  guint size = adw_combo_row_get_selected (row);
  int width, height;

  if (self->editor == NULL || self->updating || aspect >= G_N_ELEMENTS (aspects) ||
      size >= G_N_ELEMENTS (short_sides))
    return;
  get_size (aspect, size, &width, &height);
  set_size (self, width, height, NULL);
}

static int
make_even (double number)
{
  return 2 * (int) floor (number / 2.0);
}

static void
custom_cb (GtkAdjustment *adjustment, gpointer user_data)
{
  BbFrameGroup *self = BB_FRAME_GROUP (user_data);

  if (self->editor == NULL || self->updating)
    return;
  self->updating = TRUE;
  /* A step from an odd number. */
  gtk_adjustment_set_value (adjustment, make_even (gtk_adjustment_get_value (adjustment)));
  set_size (self, (int) gtk_adjustment_get_value (self->width_adjustment),
            (int) gtk_adjustment_get_value (self->height_adjustment), "size");
  self->updating = FALSE;
}

/* Reads what was typed. What is no number takes the old one back, and the codecs' 4:2:0 wants even
 * numbers: the subtitle says so as soon as one is changed. An odd one that was there before, as of a
 * preset, stays until another is typed. */
static int
input_cb (AdwSpinRow *row, double *number, gpointer user_data)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));
  GtkAdjustment *adjustment = adw_spin_row_get_adjustment (row);
  char *rest = NULL;
  double typed = g_strtod (text, &rest);
  int even;

  while (rest != NULL && g_ascii_isspace (*rest))
    rest++;
  if (rest == text || *rest != '\0' || !isfinite (typed))
    {
      *number = gtk_adjustment_get_value (adjustment);
      return TRUE;
    }
  if (typed == gtk_adjustment_get_value (adjustment))
    {
      *number = typed;
      return TRUE;
    }
  typed =
    CLAMP (typed, gtk_adjustment_get_lower (adjustment), gtk_adjustment_get_upper (adjustment));
  even = make_even (typed);
  if (even != typed)
    {
      g_autofree char *why =
        /* Translators: why a width or height was changed; both are numbers of pixels */
        g_strdup_printf (_ ("%s became %d: codecs take even numbers only"), text, even);

      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), why);
      bb_announce (GTK_WIDGET (row), why, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
    }
  else
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _ ("Pixels"));
  *number = even;
  return TRUE;
}

static gboolean
take_back (GtkWidget *row)
{
  g_autofree char *old = g_strdup_printf ("%.0f", adw_spin_row_get_value (ADW_SPIN_ROW (row)));

  if (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), old))
    return FALSE;
  gtk_editable_set_text (GTK_EDITABLE (row), old);
  return TRUE;
}

static void
bb_frame_group_dispose (GObject *object)
{
  BbFrameGroup *self = BB_FRAME_GROUP (object);

  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_FRAME_GROUP);

  G_OBJECT_CLASS (bb_frame_group_parent_class)->dispose (object);
}

static void
bb_frame_group_class_init (BbFrameGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_frame_group_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-frame-group.ui");
  gtk_widget_class_bind_template_child (widget_class, BbFrameGroup, aspects);
  gtk_widget_class_bind_template_child (widget_class, BbFrameGroup, size_row);
  gtk_widget_class_bind_template_child (widget_class, BbFrameGroup, sizes);
  gtk_widget_class_bind_template_child (widget_class, BbFrameGroup, width_row);
  gtk_widget_class_bind_template_child (widget_class, BbFrameGroup, height_row);
  gtk_widget_class_bind_template_child (widget_class, BbFrameGroup, width_adjustment);
  gtk_widget_class_bind_template_child (widget_class, BbFrameGroup, height_adjustment);
  gtk_widget_class_bind_template_callback (widget_class, aspect_cb);
  gtk_widget_class_bind_template_callback (widget_class, size_cb);
  gtk_widget_class_bind_template_callback (widget_class, custom_cb);
  gtk_widget_class_bind_template_callback (widget_class, input_cb);
}

static void
bb_frame_group_init (BbFrameGroup *self)
{
  const BbRecipeField *width = bb_recipe_get_field ("width");
  const BbRecipeField *height = bb_recipe_get_field ("height");

  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (recipe_cb),
                                  self);
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  bb_shortcuts_add_entry_keys (self->width_row, self->width_row, take_back);
  bb_shortcuts_add_entry_keys (self->height_row, self->height_row, take_back);
  gtk_adjustment_set_lower (self->width_adjustment, width->minimum);
  gtk_adjustment_set_upper (self->width_adjustment, width->maximum);
  gtk_adjustment_set_lower (self->height_adjustment, height->minimum);
  gtk_adjustment_set_upper (self->height_adjustment, height->maximum);
  self->updating = FALSE;
}

/**
 * bb_frame_group_set_editor:
 * @self: a group
 * @editor: (nullable): what holds the recipe
 */
void
bb_frame_group_set_editor (BbFrameGroup *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_FRAME_GROUP (self));

  g_set_object (&self->editor, editor);
  g_signal_group_set_target (self->editor_signals, editor);
  if (editor != NULL)
    update (self);
}
