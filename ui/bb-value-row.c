/* bb-value-row.c: row for a number of the recipe
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-value-row.h"

#include "bb-scrolling.h"
#include "bb-shortcuts.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/**
 * BbValueRow:
 *
 * A slider for quick changes and a field for exact ones, bound to one number of the recipe. The
 * slider may cover less than the number's range; the field always takes all of it.
 *
 * Properties: `key`, the number's name; `percent`, whether it is shown as a part of a hundred;
 * `scale-lower` and `scale-upper`, the range of the slider where it is not the number's.
 */
struct _BbValueRow {
  AdwPreferencesRow parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  const BbRecipeField *field;
  gboolean percent;
  double scale_lower;
  double scale_upper;
  double automatic; /* shown for a default that lies outside the range */
  gboolean has_range;
  gboolean updating;
  gboolean held;

  GtkAdjustment *adjustment;
  GtkWidget *scale;
  GtkEditable *entry;
  GtkWidget *reset_button;
};

enum { PROP_0, PROP_KEY, PROP_PERCENT, PROP_SCALE_LOWER, PROP_SCALE_UPPER, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbValueRow, bb_value_row, ADW_TYPE_PREFERENCES_ROW)

static double
get_number (BbValueRow *self)
{
  return bb_recipe_values_get_number (bb_editor_get (self->editor), self->field->key);
}

static gboolean
is_automatic (BbValueRow *self, double number)
{
  return number == self->field->fallback && number < self->field->minimum;
}

static char *
format_number (BbValueRow *self, double number)
{
  g_autofree char *text = NULL;
  gboolean whole;

  if (is_automatic (self, number))
    /* Translators: a number that was chosen automatically */
    return g_strdup_printf (_ ("%.0f (auto)"), self->automatic);
  if (self->percent)
    number *= 100.0;
  whole = fabs (number - rint (number)) < 0.005;
  /* Never "-0". */
  text = g_strdup_printf (whole ? "%.0f" : "%.2f", whole && rint (number) == 0.0 ? 0.0 : number);
  if (self->percent)
    /* Translators: a part of a hundred, such as "35 %" */
    return g_strdup_printf (_ ("%s %%"), text);
  if (g_str_equal (self->field->unit, "px"))
    /* Translators: a length in pixels */
    return g_strdup_printf (_ ("%s px"), text);
  if (g_str_equal (self->field->unit, "°"))
    /* Translators: an angle in degrees */
    return g_strdup_printf (_ ("%s°"), text);
  if (g_str_equal (self->field->key, "background-zoom"))
    /* Translators: how many times as large, such as "1.2 ×" */
    return g_strdup_printf (_ ("%s ×"), text);
  return g_steal_pointer (&text);
}

static void
update_range (BbValueRow *self, double number)
{
  double lower =
    self->has_range ? MAX (self->scale_lower, self->field->minimum) : self->field->minimum;
  double upper =
    self->has_range ? MIN (self->scale_upper, self->field->maximum) : self->field->maximum;
  double range;

  /* The slider stretches where the field asks for more. */
  lower = MIN (lower, number);
  upper = MAX (upper, number);
  range = upper - lower;
  gtk_adjustment_configure (self->adjustment, number, lower, upper, range > 10.0 ? 1.0 : 0.01,
                            range > 10.0 ? rint (range / 20.0) : 0.1, 0.0);
  /* What goes both ways has no filled side. */
  gtk_scale_set_has_origin (GTK_SCALE (self->scale), lower >= 0.0);
}

static void
update (BbValueRow *self)
{
  double number;
  g_autofree char *text = NULL;
  gboolean is_default;

  if (self->editor == NULL || self->field == NULL || self->updating)
    return;
  number = get_number (self);
  text = format_number (self, number);
  self->updating = TRUE;
  update_range (self, is_automatic (self, number) ? self->automatic : number);
  self->updating = FALSE;
  if (!g_str_equal (gtk_editable_get_text (self->entry), text))
    gtk_editable_set_text (self->entry, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  text, -1);
  /* It keeps its place, so that nothing moves under the pointer. */
  is_default = number == self->field->fallback;
  gtk_widget_set_opacity (self->reset_button, is_default ? 0.0 : 1.0);
  gtk_widget_set_sensitive (self->reset_button, !is_default);
}

static void
adjustment_changed_cb (GtkAdjustment *adjustment, gpointer user_data)
{
  BbValueRow *self = BB_VALUE_ROW (user_data);
  double value = gtk_adjustment_get_value (adjustment);

  if (self->updating || self->editor == NULL)
    return;
  /* What a hand can mean on a slider. */
  value = gtk_adjustment_get_step_increment (adjustment) >= 1.0 ? rint (value)
                                                                : rint (value * 100.0) / 100.0;
  bb_editor_set_number (self->editor, self->field->key, value);
}

static gboolean
has_typed (BbValueRow *self)
{
  g_autofree char *old = format_number (self, get_number (self));

  return !g_str_equal (gtk_editable_get_text (self->entry), old);
}

static void
commit_entry (BbValueRow *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (self->entry));
  char *rest = NULL;
  double number;

  if (!has_typed (self))
    return;
  /* As the locale writes it, or with a point. */
  number = strtod (text, &rest);
  if (rest == text || *rest == '.')
    number = g_ascii_strtod (text, &rest);
  if (rest != text && isfinite (number))
    {
      bb_editor_end_step (self->editor);
      bb_editor_set_number (self->editor, self->field->key,
                            self->percent ? number / 100.0 : number);
      bb_editor_end_step (self->editor);
    }
  else
    gtk_widget_error_bell (GTK_WIDGET (self->entry));
  update (self);
}

static void
entry_activate_cb (GtkEntry *entry, gpointer user_data)
{
  BbValueRow *self = BB_VALUE_ROW (user_data);

  if (self->editor != NULL)
    commit_entry (self);
  gtk_editable_select_region (self->entry, 0, -1);
}

static void
entry_leave_cb (GtkEventControllerFocus *controller, gpointer user_data)
{
  BbValueRow *self = BB_VALUE_ROW (user_data);

  if (self->editor != NULL)
    commit_entry (self);
}

static void
reset_cb (GtkButton *button, gpointer user_data)
{
  BbValueRow *self = BB_VALUE_ROW (user_data);

  if (self->editor == NULL)
    return;
  bb_editor_end_step (self->editor);
  bb_editor_set_number (self->editor, self->field->key, self->field->fallback);
  bb_editor_end_step (self->editor);
  gtk_widget_grab_focus (self->scale);
}

static void
set_held (BbValueRow *self, gboolean held)
{
  if (held == self->held || self->editor == NULL)
    return;
  self->held = held;
  if (held)
    bb_editor_hold (self->editor);
  else
    bb_editor_release (self->editor);
}

static gboolean
scale_event_cb (GtkEventControllerLegacy *controller, GdkEvent *event, gpointer user_data)
{
  switch ((int) gdk_event_get_event_type (event))
    {
    case GDK_BUTTON_PRESS:
    case GDK_TOUCH_BEGIN:
      set_held (user_data, TRUE);
      break;
    case GDK_BUTTON_RELEASE:
    case GDK_TOUCH_END:
    case GDK_TOUCH_CANCEL:
    case GDK_GRAB_BROKEN:
      set_held (user_data, FALSE);
      break;
    default:
      break;
    }
  return GDK_EVENT_PROPAGATE;
}

static void
bb_value_row_unmap (GtkWidget *widget)
{
  set_held (BB_VALUE_ROW (widget), FALSE);

  GTK_WIDGET_CLASS (bb_value_row_parent_class)->unmap (widget);
}

/* Tab goes through the field and the button above the slider too; GtkListBoxRow would grab the focus
 * for the slider at once. */
static gboolean
bb_value_row_focus (GtkWidget *widget, GtkDirectionType direction)
{
  GtkWidget *child = gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (widget));

  if (direction == GTK_DIR_TAB_FORWARD && gtk_widget_get_focus_child (widget) == NULL)
    return gtk_widget_child_focus (child, direction);
  return GTK_WIDGET_CLASS (bb_value_row_parent_class)->focus (widget, direction);
}

/* A number that is typed at the slider goes into the field; other letters mean nothing there, and
 * start no command of the window. */
static gboolean
scale_key_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
              gpointer user_data)
{
  BbValueRow *self = BB_VALUE_ROW (user_data);
  gunichar character = gdk_keyval_to_unicode (key);
  char text[7] = { 0 };

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0 ||
      !g_unichar_isgraph (character))
    return GDK_EVENT_PROPAGATE;
  /* strchr() looks at the last byte of a character only. */
  if (self->editor != NULL && character < 0x80 && strchr ("0123456789-.,", (int) character) != NULL)
    {
      g_unichar_to_utf8 (character, text);
      gtk_widget_grab_focus (GTK_WIDGET (self->entry));
      gtk_editable_set_text (self->entry, text);
      gtk_editable_set_position (self->entry, -1);
    }
  return GDK_EVENT_STOP;
}

static gboolean
take_back (GtkWidget *widget)
{
  BbValueRow *self = BB_VALUE_ROW (widget);
  gboolean typed;

  if (self->editor == NULL)
    return FALSE;
  typed = has_typed (self);
  update (self);
  return typed;
}

static gboolean
bb_value_row_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (BB_VALUE_ROW (widget)->scale);
}

static void
bb_value_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BbValueRow *self = BB_VALUE_ROW (object);

  switch (id)
    {
    case PROP_KEY:
      g_value_set_string (value, self->field != NULL ? self->field->key : NULL);
      break;
    case PROP_PERCENT:
      g_value_set_boolean (value, self->percent);
      break;
    case PROP_SCALE_LOWER:
      g_value_set_double (value, self->scale_lower);
      break;
    case PROP_SCALE_UPPER:
      g_value_set_double (value, self->scale_upper);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_value_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BbValueRow *self = BB_VALUE_ROW (object);

  switch (id)
    {
    case PROP_KEY:
      if (g_value_get_string (value) != NULL)
        self->field = bb_recipe_get_field (g_value_get_string (value));
      /* A slider that moves the picture moves as the picture does, in every language. */
      if (g_strcmp0 (g_value_get_string (value), "position-x") == 0 ||
          g_strcmp0 (g_value_get_string (value), "logo-x") == 0)
        gtk_widget_set_direction (self->scale, GTK_TEXT_DIR_LTR);
      break;
    case PROP_PERCENT:
      self->percent = g_value_get_boolean (value);
      break;
    case PROP_SCALE_LOWER:
      self->scale_lower = g_value_get_double (value);
      self->has_range |= self->scale_lower != 0.0;
      break;
    case PROP_SCALE_UPPER:
      self->scale_upper = g_value_get_double (value);
      self->has_range |= self->scale_upper != 0.0;
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_value_row_constructed (GObject *object)
{
  BbValueRow *self = BB_VALUE_ROW (object);

  G_OBJECT_CLASS (bb_value_row_parent_class)->constructed (object);

  g_return_if_fail (self->field != NULL);
  self->updating = TRUE;
  update_range (self, MAX (self->field->fallback, self->field->minimum));
  self->updating = FALSE;
}

static void
bb_value_row_dispose (GObject *object)
{
  BbValueRow *self = BB_VALUE_ROW (object);

  if (self->editor != NULL)
    set_held (self, FALSE);
  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_VALUE_ROW);

  G_OBJECT_CLASS (bb_value_row_parent_class)->dispose (object);
}

static void
bb_value_row_class_init (BbValueRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = bb_value_row_get_property;
  object_class->set_property = bb_value_row_set_property;
  object_class->constructed = bb_value_row_constructed;
  object_class->dispose = bb_value_row_dispose;
  widget_class->unmap = bb_value_row_unmap;
  widget_class->focus = bb_value_row_focus;
  widget_class->grab_focus = bb_value_row_grab_focus;

  props[PROP_KEY] = g_param_spec_string ("key", NULL, NULL, NULL, flags);
  props[PROP_PERCENT] = g_param_spec_boolean ("percent", NULL, NULL, FALSE, flags);
  props[PROP_SCALE_LOWER] =
    g_param_spec_double ("scale-lower", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0, flags);
  props[PROP_SCALE_UPPER] =
    g_param_spec_double ("scale-upper", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-value-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BbValueRow, adjustment);
  gtk_widget_class_bind_template_child (widget_class, BbValueRow, scale);
  gtk_widget_class_bind_template_child (widget_class, BbValueRow, entry);
  gtk_widget_class_bind_template_child (widget_class, BbValueRow, reset_button);
  gtk_widget_class_bind_template_callback (widget_class, adjustment_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, reset_cb);
}

static void
bb_value_row_init (BbValueRow *self)
{
  GtkEventController *legacy = gtk_event_controller_legacy_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkEventController *scale_keys = gtk_event_controller_key_new ();

  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (update),
                                  self);
  gtk_widget_init_template (GTK_WIDGET (self));
  /* As wide as its number, so that the title gets the rest. */
  gtk_text_set_propagate_text_width (GTK_TEXT (gtk_editable_get_delegate (self->entry)), TRUE);
  gtk_event_controller_set_propagation_phase (legacy, GTK_PHASE_CAPTURE);
  g_signal_connect (legacy, "event", G_CALLBACK (scale_event_cb), self);
  gtk_widget_add_controller (self->scale, legacy);
  bb_scrolling_leave (self->scale);
  g_signal_connect (scale_keys, "key-pressed", G_CALLBACK (scale_key_cb), self);
  gtk_widget_add_controller (self->scale, scale_keys);
  bb_shortcuts_add_entry_keys (GTK_WIDGET (self->entry), GTK_WIDGET (self), take_back);
  g_signal_connect (focus, "leave", G_CALLBACK (entry_leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->entry), focus);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                  self, NULL, -1);
}

/**
 * bb_value_row_set_editor:
 * @self: a row
 * @editor: (nullable): what holds the recipe
 */
void
bb_value_row_set_editor (BbValueRow *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_VALUE_ROW (self));

  if (self->editor != NULL)
    set_held (self, FALSE);
  g_set_object (&self->editor, editor);
  g_signal_group_set_target (self->editor_signals, editor);
  if (editor != NULL)
    update (self);
}

/**
 * bb_value_row_set_automatic:
 * @self: a row of a number whose default is that it is chosen automatically
 * @number: what is chosen so
 */
void
bb_value_row_set_automatic (BbValueRow *self, double number)
{
  g_return_if_fail (BB_IS_VALUE_ROW (self));

  if (number == self->automatic)
    return;
  self->automatic = number;
  update (self);
}

/**
 * bb_value_row_set_scale_range:
 * @self: a row
 * @lower: least number on the slider
 * @upper: greatest number on the slider
 */
void
bb_value_row_set_scale_range (BbValueRow *self, double lower, double upper)
{
  g_return_if_fail (BB_IS_VALUE_ROW (self));

  if (self->has_range && lower == self->scale_lower && upper == self->scale_upper)
    return;
  self->scale_lower = lower;
  self->scale_upper = upper;
  self->has_range = TRUE;
  update (self);
}

/**
 * bb_value_row_add_mark:
 * @self: a row
 * @number: where on the slider
 * @text: what is there, for people
 */
void
bb_value_row_add_mark (BbValueRow *self, double number, const char *text)
{
  g_autofree char *markup = NULL;

  g_return_if_fail (BB_IS_VALUE_ROW (self));

  markup = g_markup_printf_escaped ("<small>%s</small>", text);
  gtk_scale_add_mark (GTK_SCALE (self->scale), number, GTK_POS_BOTTOM, markup);
}
