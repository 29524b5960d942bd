/* bb-job-row.c: row of an export in the list of the queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-job-row.h"

#include "bb-command.h"
#include "bb-job-text.h"
#include "bb-progress-line.h"
#include "bb-texture.h"
#include "bb-toast.h"

#include <glib/gi18n.h>

/**
 * BbJobRow:
 *
 * Shows where an export stands, and has what can be done with it as actions of the group `job`. Rows
 * that wait are moved by dragging and with Alt and the arrow keys.
 */
struct _BbJobRow {
  GtkListBoxRow parent_instance;

  BbQueue *queue;
  BbJob *job;
  GSimpleActionGroup *actions;
  GtkDragSource *drag;
  BbJobSources *sources; /* (nullable): have a picture of its video */
  BbPicture *shown;      /* (nullable): that picture */

  GtkImage *icon;
  GtkWidget *thumbnail;
  GtkPicture *picture;
  GtkLabel *title_label;
  GtkLabel *state_label;
  BbProgressLine *progress_line;
  GtkButton *main_button;
  GtkMenuButton *menu_button;

  GMenuModel *waiting_menu;
  GMenuModel *running_menu;
  GMenuModel *stopped_menu;
  GMenuModel *done_menu;
  GMenuModel *failed_menu;
  GMenuModel *cancelled_menu;
};

G_DEFINE_FINAL_TYPE (BbJobRow, bb_job_row, GTK_TYPE_LIST_BOX_ROW)

/* How each state looks. The last members are what its button does, called and looks like. */
static const struct {
  const char *icon;
  const char *style;
  const char *action;
  const char *tooltip;
  const char *button;
} looks[] = {
  [BB_JOB_WAITING] = { "list-drag-handle-symbolic", "dimmed", "job.remove", N_ ("Remove"),
                       "window-close-symbolic" },
  [BB_JOB_RENDERING] = { "media-record-symbolic", "accent", "app.queue-pause", N_ ("Pause Export"),
                         "media-playback-pause-symbolic" },
  [BB_JOB_PAUSED] = { "media-playback-pause-symbolic", "accent", "app.queue-resume",
                      N_ ("Resume Export"), "media-playback-start-symbolic" },
  [BB_JOB_STOPPED] = { "media-playback-stop-symbolic", "dimmed", "job.go-on", N_ ("Go On"),
                       "media-playback-start-symbolic" },
  [BB_JOB_DONE] = { "object-select-symbolic", "success", "job.show", N_ ("Show in Files"),
                    "folder-open-symbolic" },
  [BB_JOB_FAILED] = { "dialog-error-symbolic", "error", "job.retry", N_ ("Try Again"),
                      "view-refresh-symbolic" },
  [BB_JOB_CANCELLED] = { "process-stop-symbolic", "dimmed", "job.retry", N_ ("Try Again"),
                         "view-refresh-symbolic" },
};

static GMenuModel *
get_menu (BbJobRow *self)
{
  switch (bb_job_get_state (self->job))
    {
    case BB_JOB_WAITING:
      return self->waiting_menu;
    case BB_JOB_RENDERING:
    case BB_JOB_PAUSED:
      return self->running_menu;
    case BB_JOB_STOPPED:
      return self->stopped_menu;
    case BB_JOB_DONE:
      return self->done_menu;
    case BB_JOB_FAILED:
      return self->failed_menu;
    case BB_JOB_CANCELLED:
    default:
      return self->cancelled_menu;
    }
}

static void
update_figures (BbJobRow *self)
{
  g_autofree char *text = bb_job_text_state (self->job);

  if (!g_str_equal (gtk_label_get_text (self->state_label), text))
    gtk_label_set_text (self->state_label, text);
  bb_progress_line_set_fraction (self->progress_line, bb_job_get_fraction (self->job));
}

/* The list is closed most of the time, and a label that changes has the window laid out anew even
 * where nobody sees it. */
static void
fraction_cb (BbJobRow *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    update_figures (self);
}

static void
sources_cb (BbJobRow *self)
{
  BbClip *clip = bb_job_sources_get (self->sources, self->job);
  BbPicture *picture = clip != NULL ? bb_clip_get_thumbnail (clip) : NULL;
  g_autoptr (GdkTexture) texture = NULL;

  if (picture == NULL || picture == self->shown)
    return;
  g_clear_pointer (&self->shown, bb_picture_unref);
  self->shown = bb_picture_ref (picture);
  texture = bb_texture_new (picture);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
}

static void
update_name (BbJobRow *self)
{
  g_autofree char *name = bb_job_get_output_name (self->job);
  g_autofree char *path = g_file_get_parse_name (bb_job_get_output (self->job));

  gtk_label_set_text (self->title_label, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title_label), path);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
set_enabled (BbJobRow *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
update_state (BbJobRow *self)
{
  BbJobState state = bb_job_get_state (self->job);

  gtk_image_set_from_icon_name (self->icon, looks[state].icon);
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon),
                              (const char *[]) { looks[state].style, NULL });
  gtk_button_set_icon_name (self->main_button, looks[state].button);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->main_button), _ (looks[state].tooltip));
  gtk_menu_button_set_menu_model (self->menu_button, get_menu (self));
  gtk_widget_set_visible (GTK_WIDGET (self->progress_line), bb_job_is_running (self->job));
  if (state == BB_JOB_FAILED)
    gtk_widget_remove_css_class (GTK_WIDGET (self->state_label), "dimmed");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->state_label), "dimmed");
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self),
                                    state == BB_JOB_DONE || state == BB_JOB_FAILED);
  gtk_event_controller_set_propagation_phase (
    GTK_EVENT_CONTROLLER (self->drag), state == BB_JOB_WAITING ? GTK_PHASE_BUBBLE : GTK_PHASE_NONE);
  set_enabled (self, "open", state == BB_JOB_DONE);
  set_enabled (self, "show", state == BB_JOB_DONE);
  set_enabled (self, "details", state == BB_JOB_FAILED);
  set_enabled (self, "retry", state == BB_JOB_FAILED || state == BB_JOB_CANCELLED);
  set_enabled (self, "repeat", state == BB_JOB_DONE);
  set_enabled (self, "edit",
               (state == BB_JOB_WAITING || state == BB_JOB_STOPPED) &&
                 !bb_job_has_begun (self->job));
  set_enabled (self, "go-on", state == BB_JOB_STOPPED);
  set_enabled (self, "remove", !bb_job_is_running (self->job));
  set_enabled (self, "move-up", state == BB_JOB_WAITING);
  set_enabled (self, "move-down", state == BB_JOB_WAITING);
  update_figures (self);
}

/* With an action of its own the button would be insensitive for a moment whenever that changes, before
 * the new one is enabled, and lose the focus. */
static void
main_cb (GtkButton *button, gpointer user_data)
{
  BbJobRow *self = BB_JOB_ROW (user_data);

  gtk_widget_activate_action (GTK_WIDGET (self), looks[bb_job_get_state (self->job)].action, NULL);
}

static void
activate_with_file (BbJobRow *self, const char *action)
{
  g_autofree char *uri = g_file_get_uri (bb_job_get_output (self->job));

  gtk_widget_activate_action (GTK_WIDGET (self), action, "s", uri);
}

static void
open_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  activate_with_file (BB_JOB_ROW (user_data), "app.open-file");
}

static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  activate_with_file (BB_JOB_ROW (user_data), "app.show-file");
}

static void
details_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbJobRow *self = BB_JOB_ROW (user_data);
  const GError *error = bb_job_get_error (self->job);
  g_autofree char *name = bb_job_get_output_name (self->job);
  g_autofree char *heading = g_strdup_printf (_ ("“%s” Failed"), name);
  AdwDialog *dialog;

  if (error == NULL)
    return;
  dialog = adw_alert_dialog_new (heading, error->message);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
  adw_dialog_present (dialog, GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))));
}

static void
say_refused (GtkWidget *root, const char *heading, const GError *error)
{
  AdwDialog *dialog = adw_alert_dialog_new (heading, error->message);

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
  adw_dialog_present (dialog, root);
}

static void
retry_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbJobRow *self = BB_JOB_ROW (user_data);
  g_autoptr (BbJobRow) kept = g_object_ref (self);
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  g_autoptr (GError) error = NULL;

  if (!bb_queue_retry (self->queue, self->job, &error))
    say_refused (root, _ ("Cannot Try Again"), error);
}

static void
repeat_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbJobRow *self = BB_JOB_ROW (user_data);
  g_autoptr (BbJob) again = bb_job_repeat (self->job);
  g_autoptr (GError) error = NULL;

  if (!bb_queue_add (self->queue, again, &error))
    say_refused (GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))), _ ("Cannot Export Again"),
                 error);
}

static void
edit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  activate_with_file (BB_JOB_ROW (user_data), "win.edit-export");
}

static void
go_on_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbJobRow *self = BB_JOB_ROW (user_data);

  bb_queue_go_on (self->queue, self->job);
}

static void
remove_response_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  BbJobRow *self = BB_JOB_ROW (user_data);

  if (g_str_equal (response, "remove"))
    bb_queue_remove (self->queue, self->job);
}

/* What is done of an export may have taken hours. */
static void
remove_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbJobRow *self = BB_JOB_ROW (user_data);
  g_autofree char *name = NULL;
  AdwDialog *dialog;

  if (bb_job_is_over (self->job) || !bb_job_has_begun (self->job))
    {
      bb_queue_remove (self->queue, self->job);
      return;
    }
  name = bb_job_get_output_name (self->job);
  dialog = adw_alert_dialog_new (_ ("Remove Export?"), NULL);
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                _ ("What is done of “%s” will be deleted."), name);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "keep", _ ("_Keep"), "remove",
                                  _ ("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "keep");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "keep");
  g_signal_connect_object (dialog, "response", G_CALLBACK (remove_response_cb), self, 0);
  adw_dialog_present (dialog, GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))));
}

static void
copy_command_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbJobRow *self = BB_JOB_ROW (user_data);
  const char *input = g_file_peek_path (bb_job_get_input (self->job));
  const char *output = g_file_peek_path (bb_job_get_output (self->job));
  g_autofree char *line = NULL;

  if (input == NULL || output == NULL)
    return;
  line = bb_command_new (bb_job_get_recipe (self->job), input, output,
                         bb_job_get_name (self->job) == BB_JOB_NAME_REPLACE);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), line);
  bb_toast_show (GTK_WIDGET (self), _ ("Command copied"));
}

static void
move_up_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbJobRow *self = BB_JOB_ROW (user_data);

  bb_queue_move (self->queue, self->job, -1);
}

static void
move_down_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbJobRow *self = BB_JOB_ROW (user_data);

  bb_queue_move (self->queue, self->job, 1);
}

static const GActionEntry action_entries[] = {
  { "open", open_cb, NULL, NULL, NULL },
  { "show", show_cb, NULL, NULL, NULL },
  { "details", details_cb, NULL, NULL, NULL },
  { "retry", retry_cb, NULL, NULL, NULL },
  { "repeat", repeat_cb, NULL, NULL, NULL },
  { "edit", edit_cb, NULL, NULL, NULL },
  { "go-on", go_on_cb, NULL, NULL, NULL },
  { "remove", remove_cb, NULL, NULL, NULL },
  { "copy-command", copy_command_cb, NULL, NULL, NULL },
  { "move-up", move_up_cb, NULL, NULL, NULL },
  { "move-down", move_down_cb, NULL, NULL, NULL },
};

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, gpointer user_data)
{
  return gdk_content_provider_new_typed (BB_TYPE_JOB, BB_JOB_ROW (user_data)->job);
}

static void
drag_begin_cb (GtkDragSource *source, GdkDrag *drag, gpointer user_data)
{
  GtkWidget *row = GTK_WIDGET (user_data);
  g_autoptr (GdkPaintable) picture = gtk_widget_paintable_new (row);

  gtk_drag_source_set_icon (source, picture, 24, gtk_widget_get_height (row) / 2);
}

static void
bb_job_row_map (GtkWidget *widget)
{
  update_figures (BB_JOB_ROW (widget));

  GTK_WIDGET_CLASS (bb_job_row_parent_class)->map (widget);
}

static void
bb_job_row_dispose (GObject *object)
{
  BbJobRow *self = BB_JOB_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_JOB_ROW);
  g_clear_object (&self->queue);
  g_clear_object (&self->job);
  g_clear_object (&self->actions);
  g_clear_object (&self->sources);
  g_clear_pointer (&self->shown, bb_picture_unref);

  G_OBJECT_CLASS (bb_job_row_parent_class)->dispose (object);
}

static void
bb_job_row_class_init (BbJobRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bb_job_row_dispose;
  widget_class->map = bb_job_row_map;

  g_type_ensure (BB_TYPE_PROGRESS_LINE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-job-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, icon);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, thumbnail);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, picture);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, title_label);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, state_label);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, progress_line);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, main_button);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, waiting_menu);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, running_menu);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, stopped_menu);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, done_menu);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, failed_menu);
  gtk_widget_class_bind_template_child (widget_class, BbJobRow, cancelled_menu);
  gtk_widget_class_bind_template_callback (widget_class, main_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Up, GDK_ALT_MASK, "job.move-up", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Down, GDK_ALT_MASK, "job.move-down",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "job.remove", NULL);
}

static void
bb_job_row_init (BbJobRow *self)
{
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), action_entries,
                                   G_N_ELEMENTS (action_entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "job", G_ACTION_GROUP (self->actions));
  gtk_widget_init_template (GTK_WIDGET (self));
  self->drag = gtk_drag_source_new ();
  gtk_drag_source_set_actions (self->drag, GDK_ACTION_MOVE);
  g_signal_connect (self->drag, "prepare", G_CALLBACK (prepare_cb), self);
  g_signal_connect (self->drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (self->drag));
}

/**
 * bb_job_row_new:
 * @queue: the queue
 * @job: an export of it
 * @sources: (nullable): have a picture of its video
 *
 * Returns: (transfer floating): a row
 */
BbJobRow *
bb_job_row_new (BbQueue *queue, BbJob *job, BbJobSources *sources)
{
  BbJobRow *self = g_object_new (BB_TYPE_JOB_ROW, NULL);

  self->queue = g_object_ref (queue);
  self->job = g_object_ref (job);
  g_signal_connect_object (job, "notify::state", G_CALLBACK (update_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::fraction", G_CALLBACK (fraction_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::output", G_CALLBACK (update_name), self,
                           G_CONNECT_SWAPPED);
  if (sources != NULL)
    {
      self->sources = g_object_ref (sources);
      gtk_widget_set_visible (self->thumbnail, TRUE);
      g_signal_connect_object (sources, "changed", G_CALLBACK (sources_cb), self,
                               G_CONNECT_SWAPPED);
      sources_cb (self);
    }
  update_name (self);
  update_state (self);
  return self;
}

/**
 * bb_job_row_get_job:
 * @self: a row
 *
 * Returns: (transfer none): its export
 */
BbJob *
bb_job_row_get_job (BbJobRow *self)
{
  g_return_val_if_fail (BB_IS_JOB_ROW (self), NULL);

  return self->job;
}

/**
 * bb_job_row_activate:
 * @self: a row
 *
 * Does what is expected when it is clicked: opens the file, or says why there is none.
 */
void
bb_job_row_activate (BbJobRow *self)
{
  g_return_if_fail (BB_IS_JOB_ROW (self));

  g_action_group_activate_action (
    G_ACTION_GROUP (self->actions),
    bb_job_get_state (self->job) == BB_JOB_FAILED ? "details" : "open", NULL);
}
