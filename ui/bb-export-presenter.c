/* bb-export-presenter.c: actions, bar, list and toasts of the exports in a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-export-presenter.h"

#include "bb-announce.h"
#include "bb-export-dialog.h"
#include "bb-output.h"
#include "bb-queue-bar.h"
#include "bb-queue-view.h"
#include "bb-toast.h"

#include <glib/gi18n.h>
#include <string.h>

/**
 * BbExportPresenter:
 *
 * What a window has of the exports: the actions `win.export`, `win.export-selected`, `win.export-to`,
 * `win.edit-export`, which shows the video of an export that waits; `win.show-queue`, which opens the list of the queue, and `win.queue`, whose state is whether it is open; the bar and the
 * list of the queue, what is said when an export ends, and the question before the window closes on
 * one.
 *
 * Signals: `toast`, a notice that the window shows.
 */
struct _BbExportPresenter {
  GObject parent_instance;

  AdwApplicationWindow *window;
  BbExportManager *export_manager;
  BbEditor *editor;
  GSettings *settings;
  AdwBottomSheet *sheet;
  GFile *file;
  BbClipStrip *strip;

  AdwDialog *dialog;
  AdwDialog *question;
  AdwToast *toast; /* about the last export that ended */
};

enum { TOAST, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BbExportPresenter, bb_export_presenter, G_TYPE_OBJECT)

static void
show_message (BbExportPresenter *self, const char *text)
{
  g_autoptr (AdwToast) toast = bb_toast_new (text);

  g_signal_emit (self, signals[TOAST], 0, toast);
  bb_announce (GTK_WIDGET (self->window), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
message_cb (BbExportManager *export_manager, const char *message, gpointer user_data)
{
  show_message (BB_EXPORT_PRESENTER (user_data), message);
}

static void
finished_cb (BbQueue *queue, BbJob *job, gpointer user_data)
{
  BbExportPresenter *self = BB_EXPORT_PRESENTER (user_data);
  g_autofree char *name = bb_job_get_output_name (job);
  g_autofree char *uri = g_file_get_uri (bb_job_get_output (job));
  g_autofree char *title = NULL;
  g_autoptr (AdwToast) toast = NULL;

  if (bb_job_get_state (job) == BB_JOB_CANCELLED)
    title = g_strdup_printf (_ ("“%s” was cancelled"), name);
  else if (bb_job_get_state (job) == BB_JOB_FAILED)
    title = g_strdup_printf (_ ("“%s” failed"), name);
  else
    title = g_strdup_printf (_ ("“%s” is ready"), name);
  toast = bb_toast_new (title);
  if (bb_job_get_state (job) == BB_JOB_DONE)
    {
      adw_toast_set_button_label (toast, _ ("_Open"));
      adw_toast_set_action_name (toast, "app.open-file");
      adw_toast_set_action_target (toast, "s", uri);
      adw_toast_set_timeout (toast, 10);
    }
  else if (bb_job_get_state (job) == BB_JOB_FAILED)
    {
      adw_toast_set_button_label (toast, _ ("_Details"));
      adw_toast_set_action_name (toast, "win.show-queue");
      adw_toast_set_timeout (toast, 10);
    }
  /* Many that end one after the other are not told minutes later. */
  if (self->toast != NULL)
    adw_toast_dismiss (self->toast);
  g_set_weak_pointer (&self->toast, toast);
  g_signal_emit (self, signals[TOAST], 0, toast);
  bb_announce (GTK_WIDGET (self->window),
               bb_job_get_error (job) != NULL ? bb_job_get_error (job)->message : title,
               bb_job_get_error (job) != NULL ? GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH
                                              : GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

/* What it began on threads may keep it for a while. */
static void
dialog_closed_cb (BbExportPresenter *self)
{
  g_clear_weak_pointer (&self->dialog);
}

static void
present (BbExportPresenter *self, BbExportScope scope, GPtrArray *selected)
{
  if (self->file == NULL || self->dialog != NULL)
    return;
  g_set_weak_pointer (&self->dialog, ADW_DIALOG (bb_export_dialog_new (
                                       bb_export_manager_get_queue (self->export_manager),
                                       self->editor, self->settings, selected, scope)));
  g_signal_connect_object (self->dialog, "closed", G_CALLBACK (dialog_closed_cb), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (self->dialog, GTK_WIDGET (self->window));
}

/* All of the list, unless some are selected. */
static void
export_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbExportPresenter *self = BB_EXPORT_PRESENTER (user_data);
  g_autoptr (GPtrArray) selected = bb_clip_strip_get_selected (self->strip);

  present (self, selected->len > 1 ? BB_EXPORT_SELECTED : BB_EXPORT_ALL, selected);
}

static void
export_selected_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbExportPresenter *self = BB_EXPORT_PRESENTER (user_data);
  g_autoptr (GPtrArray) selected = bb_clip_strip_get_selected (self->strip);

  present (self, selected->len > 1 ? BB_EXPORT_SELECTED : BB_EXPORT_THIS, selected);
}

/* As the dialog does, but to a file that is named: the container is what its name says. */
static void
export_to_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbExportPresenter *self = BB_EXPORT_PRESENTER (user_data);
  const char *path = g_variant_get_string (parameter, NULL);
  g_autoptr (GFile) output = g_file_new_for_path (path);
  g_autoptr (BbJob) job = NULL;
  g_autoptr (GError) error = NULL;

  if (self->file == NULL)
    return;
  /* What a relative name is relative to, whoever asks over D-Bus cannot know. */
  if (!g_path_is_absolute (path))
    {
      show_message (self, _ ("Name the file to export to with its whole path, such as "
                             "/home/me/clip.mp4"));
      return;
    }
  job = bb_job_new (self->file, output, bb_editor_get_recipe (self->editor), BB_JOB_NAME_CHOSEN);
  if (!bb_queue_add (bb_export_manager_get_queue (self->export_manager), job, &error))
    show_message (self, error->message);
}

/* A job that may be edited, by its target. */
static BbJob *
find_waiting (BbQueue *queue, const char *uri, guint *position)
{
  g_autoptr (GFile) output = g_file_new_for_uri (uri);
  GListModel *model = G_LIST_MODEL (queue);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (BbJob) job = g_list_model_get_item (model, i);
      BbJobState state = bb_job_get_state (job);

      *position = i;
      if ((state == BB_JOB_WAITING || state == BB_JOB_STOPPED) && !bb_job_has_begun (job) &&
          g_file_equal (bb_job_get_output (job), output))
        return g_steal_pointer (&job);
    }
  return NULL;
}

/* The video of which that was to be made, or the first one of the same file, which becomes so. */
static BbClip *
find_clip (BbProject *project, BbJob *job)
{
  g_autofree char *wanted = bb_project_digest (bb_job_get_recipe (job));
  GListModel *model = G_LIST_MODEL (project);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (BbClip) clip = g_list_model_get_item (model, i);
      g_autoptr (BbRecipe) recipe = bb_project_make_recipe (project, clip);
      g_autofree char *digest = bb_project_digest (recipe);

      if (g_file_equal (bb_clip_get_file (clip), bb_job_get_input (job)) &&
          g_str_equal (digest, wanted))
        return clip;
    }
  return bb_project_find (project, bb_job_get_input (job));
}

/* Shows the video of a job as that would be; what it does not share with others becomes its own. */
static void
show_job (BbProject *project, BbJob *job)
{
  static const BbRecipePart all[] = { BB_RECIPE_LOOK, BB_RECIPE_FRAMING, BB_RECIPE_TRIM };
  const BbRecipeValues *values = bb_recipe_get (bb_job_get_recipe (job));
  GFile *file = bb_job_get_input (job);
  BbClip *clip = find_clip (project, job);
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (GPtrArray) clips = g_ptr_array_new ();
  BbRecipePart parts = 0;

  if (clip == NULL)
    {
      bb_project_add (project, &file, 1, G_MAXUINT);
      clip = bb_project_find (project, file);
    }
  bb_project_set_current (project, clip);
  recipe = bb_project_make_recipe (project, clip);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (!bb_recipe_values_equal_parts (bb_recipe_get (recipe), values, all[i]))
      parts |= all[i];
  g_ptr_array_add (clips, clip);
  if (g_list_model_get_n_items (G_LIST_MODEL (project)) == 1)
    {
      /* With one video there is no list, nor anything to share. */
      BbRecipeValues changed = *bb_recipe_get (recipe);

      bb_recipe_values_copy_parts (&changed, values, parts);
      bb_project_set_values (project, &changed, NULL, NULL);
    }
  else if (parts != 0)
    bb_project_set_parts (project, clips, parts, values);
}

static void
put_back_cb (AdwToast *toast, gpointer user_data)
{
  BbExportPresenter *self = BB_EXPORT_PRESENTER (user_data);
  BbQueue *queue = bb_export_manager_get_queue (self->export_manager);
  BbJob *job = g_object_get_data (G_OBJECT (toast), "job");
  guint position = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (toast), "position"));
  g_autoptr (GError) error = NULL;

  if (bb_queue_add (queue, job, &error))
    bb_queue_move (queue, job,
                   (int) position - (int) g_list_model_get_n_items (G_LIST_MODEL (queue)) + 1);
  else
    show_message (self, error->message);
}

/* By its target, so that it can be asked for over D-Bus too. */
static void
edit_export_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbExportPresenter *self = BB_EXPORT_PRESENTER (user_data);
  BbQueue *queue = bb_export_manager_get_queue (self->export_manager);
  guint position;
  g_autoptr (BbJob) job = find_waiting (queue, g_variant_get_string (parameter, NULL), &position);
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;
  g_autoptr (AdwToast) toast = NULL;

  if (job == NULL)
    return;
  name = bb_job_get_output_name (job);
  title = g_strdup_printf (_ ("“%s” was taken out of the queue"), name);
  bb_queue_remove (queue, job);
  adw_bottom_sheet_set_open (self->sheet, FALSE);
  show_job (bb_editor_get_project (self->editor), job);
  toast = bb_toast_new (title);
  /* A stopped one would not be as it was. */
  if (bb_job_get_state (job) == BB_JOB_WAITING)
    {
      adw_toast_set_button_label (toast, _ ("_Undo"));
      g_object_set_data_full (G_OBJECT (toast), "job", g_steal_pointer (&job), g_object_unref);
      g_object_set_data (G_OBJECT (toast), "position", GUINT_TO_POINTER (position));
      g_signal_connect_object (toast, "button-clicked", G_CALLBACK (put_back_cb), self, 0);
    }
  g_signal_emit (self, signals[TOAST], 0, toast);
  bb_announce (GTK_WIDGET (self->window), title, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
show_queue_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  adw_bottom_sheet_set_open (BB_EXPORT_PRESENTER (user_data)->sheet, TRUE);
}

static void
queue_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  adw_bottom_sheet_set_open (BB_EXPORT_PRESENTER (user_data)->sheet, g_variant_get_boolean (state));
}

/* Escape closes a sheet that has the focus. No GPropertyAction: that would keep the sheet, which keeps
 * the window's actions. */
static void
open_sheet_cb (BbExportPresenter *self)
{
  gboolean open = adw_bottom_sheet_get_open (self->sheet);
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->window), "queue");

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (open));
  if (open)
    gtk_widget_child_focus (adw_bottom_sheet_get_sheet (self->sheet), GTK_DIR_TAB_FORWARD);
}

static const GActionEntry actions[] = {
  { "export", export_cb, NULL, NULL, NULL },
  { "export-selected", export_selected_cb, NULL, NULL, NULL },
  { "export-to", export_to_cb, "s", NULL, NULL },
  { "edit-export", edit_export_cb, "s", NULL, NULL },
  { "show-queue", show_queue_cb, NULL, NULL, NULL },
  { "queue", NULL, NULL, "false", queue_cb },
};

static void
set_enabled (BbExportPresenter *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->window), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
items_changed_cb (BbExportPresenter *self)
{
  GListModel *model = G_LIST_MODEL (bb_export_manager_get_queue (self->export_manager));
  gboolean any = g_list_model_get_n_items (model) > 0;

  adw_bottom_sheet_set_reveal_bottom_bar (self->sheet, any);
  /* There is nothing left in it to act on, nor to have the focus. */
  if (!any)
    adw_bottom_sheet_set_open (self->sheet, FALSE);
}

static void
close_response_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  BbExportPresenter *self = BB_EXPORT_PRESENTER (user_data);

  if (!g_str_equal (response, "close"))
    return;
  gtk_window_destroy (GTK_WINDOW (self->window));
}

static gboolean
close_request_cb (GtkWindow *window, gpointer user_data)
{
  BbExportPresenter *self = BB_EXPORT_PRESENTER (user_data);
  BbQueue *queue = bb_export_manager_get_queue (self->export_manager);
  BbJob *job = bb_queue_get_current (queue);
  guint n = bb_queue_get_n_waiting (queue) + (job != NULL);
  g_autofree char *body = NULL;

  if (!bb_export_manager_has_work (self->export_manager))
    return GDK_EVENT_PROPAGATE;
  gtk_window_present (window);
  if (self->question != NULL)
    return GDK_EVENT_STOP;
  body = g_strdup_printf (
    ngettext ("%u export is not finished. It can go on where it stopped when Blurbox is "
              "started again.",
              "%u exports are not finished. They can go on where they stopped when "
              "Blurbox is started again.",
              n),
    n);
  g_set_weak_pointer (&self->question, adw_alert_dialog_new (_ ("Stop Exports and Close?"), body));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (self->question), "keep", _ ("_Keep Exporting"),
                                  "close", _ ("_Stop and Close"), NULL);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (self->question), "keep");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (self->question), "keep");
  g_signal_connect_object (self->question, "response", G_CALLBACK (close_response_cb), self, 0);
  adw_dialog_present (self->question, GTK_WIDGET (window));
  return GDK_EVENT_STOP;
}

static void
map_cb (GtkWidget *window, gpointer user_data)
{
  bb_export_manager_offer (BB_EXPORT_PRESENTER (user_data)->export_manager, window);
}

static void
bb_export_presenter_dispose (GObject *object)
{
  BbExportPresenter *self = BB_EXPORT_PRESENTER (object);

  g_clear_weak_pointer (&self->dialog);
  g_clear_weak_pointer (&self->question);
  g_clear_weak_pointer (&self->toast);
  g_clear_object (&self->export_manager);
  g_clear_object (&self->editor);
  g_clear_object (&self->settings);
  g_clear_object (&self->file);

  G_OBJECT_CLASS (bb_export_presenter_parent_class)->dispose (object);
}

static void
bb_export_presenter_class_init (BbExportPresenterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bb_export_presenter_dispose;

  signals[TOAST] = g_signal_new ("toast", BB_TYPE_EXPORT_PRESENTER, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, ADW_TYPE_TOAST);
}

static void
bb_export_presenter_init (BbExportPresenter *self)
{
}

/**
 * bb_export_presenter_new:
 * @window: the window, which owns it
 * @export_manager: the exports of the application
 * @editor: what tunes the recipe
 * @settings: what the user set
 * @strip: the list of videos
 * @sheet: the place of the queue
 *
 * Adds the actions to @window and fills @sheet.
 *
 * Returns: (transfer full): an export presenter
 */
BbExportPresenter *
bb_export_presenter_new (AdwApplicationWindow *window, BbExportManager *export_manager,
                         BbEditor *editor, GSettings *settings, BbClipStrip *strip,
                         AdwBottomSheet *sheet)
{
  BbExportPresenter *self = g_object_new (BB_TYPE_EXPORT_PRESENTER, NULL);
  BbQueue *queue = bb_export_manager_get_queue (export_manager);

  self->window = window;
  self->export_manager = g_object_ref (export_manager);
  self->editor = g_object_ref (editor);
  self->settings = g_object_ref (settings);
  self->strip = strip;
  self->sheet = sheet;
  adw_bottom_sheet_set_bottom_bar (sheet, GTK_WIDGET (bb_queue_bar_new (queue)));
  adw_bottom_sheet_set_sheet (
    sheet, GTK_WIDGET (bb_queue_view_new (queue, bb_editor_get_project (editor))));
  /* The bar lies over the content, which has controls at its lower edge. */
  g_object_bind_property (sheet, "bottom-bar-height", adw_bottom_sheet_get_content (sheet),
                          "margin-bottom", G_BINDING_SYNC_CREATE);
  g_action_map_add_action_entries (G_ACTION_MAP (window), actions, G_N_ELEMENTS (actions), self);
  set_enabled (self, "export", FALSE);
  set_enabled (self, "export-selected", FALSE);
  set_enabled (self, "export-to", FALSE);
  g_signal_connect_object (window, "close-request", G_CALLBACK (close_request_cb), self, 0);
  g_signal_connect_object (window, "map", G_CALLBACK (map_cb), self, G_CONNECT_AFTER);
  g_signal_connect_object (export_manager, "message", G_CALLBACK (message_cb), self, 0);
  g_signal_connect_object (queue, "finished", G_CALLBACK (finished_cb), self, 0);
  g_signal_connect_object (queue, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (sheet, "notify::open", G_CALLBACK (open_sheet_cb), self,
                           G_CONNECT_SWAPPED);
  items_changed_cb (self);
  return self;
}

/**
 * bb_export_presenter_set_file:
 * @self: an export presenter
 * @file: (nullable): the video that is open
 *
 * Says what there is to export.
 */
void
bb_export_presenter_set_file (BbExportPresenter *self, GFile *file)
{
  g_return_if_fail (BB_IS_EXPORT_PRESENTER (self));

  g_set_object (&self->file, file);
  set_enabled (self, "export", file != NULL);
  set_enabled (self, "export-selected", file != NULL);
  set_enabled (self, "export-to", file != NULL);
}
