/* bb-trim-popover.c: fields for start, end and length of the trim
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-trim-popover.h"

#include "bb-announce.h"
#include "bb-shortcuts.h"
#include "bb-trim.h"

#include <glib/gi18n.h>

/**
 * BbTrimPopover:
 *
 * Fields where start, end and length of the trim are typed. Enter takes what is typed, as going on to
 * another field does; Escape takes it back. What cannot be is marked, and why is said below.
 */
struct _BbTrimPopover {
  GtkPopover parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  gint64 duration;
  BbTimeGrid grid;
  GtkWidget *wrong; /* (nullable): the field whose text is marked */

  GtkWidget *start_row;
  GtkWidget *end_row;
  GtkWidget *length_row;
  GtkLabel *hint;
};

G_DEFINE_FINAL_TYPE (BbTrimPopover, bb_trim_popover, GTK_TYPE_POPOVER)

static GtkWidget *
get_row (BbTrimPopover *self, BbTrimField field)
{
  return field == BB_TRIM_START ? self->start_row
         : field == BB_TRIM_END ? self->end_row
                                : self->length_row;
}

static BbTrimField
get_field (BbTrimPopover *self, GtkWidget *row)
{
  return row == self->start_row ? BB_TRIM_START
         : row == self->end_row ? BB_TRIM_END
                                : BB_TRIM_LENGTH;
}

static BbTrim
get_trim (BbTrimPopover *self)
{
  const BbRecipeValues *values = bb_editor_get (self->editor);

  return (BbTrim) { .duration = self->duration,
                    .grid = self->grid,
                    .start = MIN (values->start, self->duration),
                    .end = values->end >= self->duration ? -1 : values->end };
}

static void
set_wrong (BbTrimPopover *self, GtkWidget *row, const char *reason)
{
  if (self->wrong != NULL)
    {
      gtk_widget_remove_css_class (self->wrong, "error");
      gtk_accessible_reset_state (GTK_ACCESSIBLE (self->wrong), GTK_ACCESSIBLE_STATE_INVALID);
    }
  self->wrong = row;
  gtk_label_set_label (self->hint,
                       reason != NULL ? reason : _ ("Times such as 1:05.2, or frames such as 90f"));
  if (row == NULL)
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->hint), "error");
      gtk_widget_add_css_class (GTK_WIDGET (self->hint), "dimmed");
      return;
    }
  gtk_widget_add_css_class (row, "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->hint), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->hint), "dimmed");
  gtk_accessible_update_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID,
                               GTK_ACCESSIBLE_INVALID_TRUE, -1);
  bb_announce (row, reason, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

/* Shows a value of the recipe. Whether that is another text than before. */
static gboolean
show_value (BbTrimPopover *self, GtkWidget *row)
{
  BbTrim trim = get_trim (self);
  g_autofree char *text = bb_trim_format (&trim, get_field (self, row));

  if (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), text))
    return FALSE;
  gtk_editable_set_text (GTK_EDITABLE (row), text);
  return TRUE;
}

static void
update (BbTrimPopover *self)
{
  set_wrong (self, NULL, NULL);
  if (self->editor == NULL)
    return;
  for (int i = 0; i < BB_TRIM_N_FIELDS; i++)
    show_value (self, get_row (self, (BbTrimField) i));
}

static gboolean
take_back (GtkWidget *row)
{
  BbTrimPopover *self = BB_TRIM_POPOVER (gtk_widget_get_ancestor (row, BB_TYPE_TRIM_POPOVER));

  if (self->editor == NULL)
    return FALSE;
  if (self->wrong == row)
    set_wrong (self, NULL, NULL);
  return show_value (self, row);
}

/* Takes what is typed over into the recipe, as one step. */
static void
commit (BbTrimPopover *self, GtkWidget *row)
{
  BbTrimField field = get_field (self, row);
  BbTrim trim = get_trim (self);
  BbRecipeValues values = *bb_editor_get (self->editor);
  const char *typed = gtk_editable_get_text (GTK_EDITABLE (row));
  g_autofree char *old = bb_trim_format (&trim, field);
  g_autoptr (GError) error = NULL;

  if (g_str_equal (typed, old))
    return;
  if (!bb_trim_edit (&trim, field, typed, &error))
    {
      set_wrong (self, row, error->message);
      return;
    }
  values.start = trim.start;
  values.end = trim.end;
  bb_editor_end_step (self->editor);
  if (!bb_editor_set (self->editor, &values, "trim", &error))
    {
      set_wrong (self, row, error->message);
      return;
    }
  bb_editor_end_step (self->editor);
  /* The same value may have been typed otherwise. */
  update (self);
  /* What begins or ends there is what one wants to see. */
  if (field != BB_TRIM_START)
    trim.start = MAX (trim.start, (trim.end < 0 ? trim.duration : trim.end) -
                                    MAX (bb_time_grid_get (&self->grid, 1, TRUE), 1));
  gtk_widget_activate_action (GTK_WIDGET (self), "win.seek", "x", trim.start);
}

static void
activated_cb (GtkWidget *row, gpointer user_data)
{
  BbTrimPopover *self = BB_TRIM_POPOVER (user_data);

  if (self->editor != NULL)
    commit (self, row);
  gtk_editable_select_region (GTK_EDITABLE (row), 0, -1);
}

static void
leave_cb (GtkEventController *controller, gpointer user_data)
{
  BbTrimPopover *self = BB_TRIM_POPOVER (user_data);

  if (self->editor != NULL)
    commit (self, gtk_event_controller_get_widget (controller));
}

static void
closed_cb (GtkPopover *popover, gpointer user_data)
{
  update (BB_TRIM_POPOVER (user_data));
}

static void
bb_trim_popover_dispose (GObject *object)
{
  BbTrimPopover *self = BB_TRIM_POPOVER (object);

  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_TRIM_POPOVER);

  G_OBJECT_CLASS (bb_trim_popover_parent_class)->dispose (object);
}

static void
bb_trim_popover_class_init (BbTrimPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_trim_popover_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-trim-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, BbTrimPopover, start_row);
  gtk_widget_class_bind_template_child (widget_class, BbTrimPopover, end_row);
  gtk_widget_class_bind_template_child (widget_class, BbTrimPopover, length_row);
  gtk_widget_class_bind_template_child (widget_class, BbTrimPopover, hint);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, closed_cb);
}

static void
bb_trim_popover_init (BbTrimPopover *self)
{
  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (update),
                                  self);
  gtk_widget_init_template (GTK_WIDGET (self));
  for (int i = 0; i < BB_TRIM_N_FIELDS; i++)
    {
      GtkWidget *row = get_row (self, (BbTrimField) i);
      GtkEventController *focus = gtk_event_controller_focus_new ();

      g_signal_connect (focus, "leave", G_CALLBACK (leave_cb), self);
      gtk_widget_add_controller (row, focus);
      bb_shortcuts_add_entry_keys (row, row, take_back);
      gtk_accessible_update_relation (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY,
                                      self->hint, NULL, -1);
    }
  set_wrong (self, NULL, NULL);
}

/**
 * bb_trim_popover_set_editor:
 * @self: a popover
 * @editor: (nullable): what holds the trim
 */
void
bb_trim_popover_set_editor (BbTrimPopover *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_TRIM_POPOVER (self));

  g_set_object (&self->editor, editor);
  g_signal_group_set_target (self->editor_signals, editor);
  update (self);
}

/**
 * bb_trim_popover_set_clip:
 * @self: a popover
 * @duration: length of the clip, nanoseconds
 * @grid: when its frames are shown
 */
void
bb_trim_popover_set_clip (BbTrimPopover *self, gint64 duration, const BbTimeGrid *grid)
{
  g_return_if_fail (BB_IS_TRIM_POPOVER (self));

  self->duration = duration;
  self->grid = *grid;
  update (self);
}
