/* bb-export-manager.c: queue of exports and the application's actions for it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-export-manager.h"

#include "bb-file-name.h"
#include "bb-offer.h"
#include "bb-queue-store.h"

#include <glib/gi18n.h>

/* How long the program waits at its end for an encoder that is busy, in milliseconds. */
#define PATIENCE 1500

/**
 * BbExportManager:
 *
 * Holds the queue, its commands as actions of the application, keeps the machine awake while a
 * render runs, and tells the desktop when one ends out of sight.
 *
 * Signals: `message`, a sentence for the user.
 */
struct _BbExportManager {
  GObject parent_instance;

  GtkApplication *application;
  BbQueue *queue;
  BbQueueStore *store;
  GPtrArray *restored; /* exports of an earlier session, until they are offered */
  gboolean offered;
  guint cookie;
};

enum { MESSAGE, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BbExportManager, bb_export_manager, G_TYPE_OBJECT)

static void
set_enabled (BbExportManager *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->application), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
update (BbExportManager *self)
{
  BbJob *current = bb_queue_get_current (self->queue);
  gboolean paused = bb_queue_get_paused (self->queue);
  gboolean renders = current != NULL && !paused;

  set_enabled (self, "queue-pause", renders);
  set_enabled (self, "queue-resume", paused);
  set_enabled (self, "queue-cancel", current != NULL);
  /* Nothing in a render has a limit of time, and its clocks stand still while the machine sleeps: this
   * is only so that it gets done. */
  if (renders && self->cookie == 0)
    self->cookie = gtk_application_inhibit (
      self->application, gtk_application_get_active_window (self->application),
      GTK_APPLICATION_INHIBIT_SUSPEND | GTK_APPLICATION_INHIBIT_LOGOUT, _ ("Exporting a video"));
  if (!renders && self->cookie != 0)
    {
      gtk_application_uninhibit (self->application, self->cookie);
      self->cookie = 0;
    }
}

static gboolean
is_seen (BbExportManager *self)
{
  for (GList *l = gtk_application_get_windows (self->application); l != NULL; l = l->next)
    if (gtk_window_is_active (l->data))
      return TRUE;
  return FALSE;
}

static void
notify_desktop (BbExportManager *self, BbJob *job)
{
  g_autofree char *name = bb_job_get_output_name (job);
  g_autofree char *uri = g_file_get_uri (bb_job_get_output (job));
  gboolean done = bb_job_get_state (job) == BB_JOB_DONE;
  g_autoptr (GNotification) notification =
    g_notification_new (done ? _ ("Export Finished") : _ ("Export Failed"));

  g_notification_set_body (notification, done ? name : bb_job_get_error (job)->message);
  if (done)
    {
      g_notification_add_button_with_target (notification, _ ("Open"), "app.open-file", "s", uri);
      g_notification_add_button_with_target (notification, _ ("Show in Files"), "app.show-file",
                                             "s", uri);
    }
  g_notification_set_default_action (notification, "app.show-queue");
  g_application_send_notification (G_APPLICATION (self->application), uri, notification);
}

static void
finished_cb (BbQueue *queue, BbJob *job, gpointer user_data)
{
  BbExportManager *self = BB_EXPORT_MANAGER (user_data);

  if (bb_job_get_state (job) != BB_JOB_CANCELLED && !is_seen (self))
    notify_desktop (self, job);
}

static void
pause_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  bb_queue_set_paused (BB_EXPORT_MANAGER (user_data)->queue, TRUE);
}

static void
resume_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  bb_queue_set_paused (BB_EXPORT_MANAGER (user_data)->queue, FALSE);
}

static void
go_on_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbExportManager *self = BB_EXPORT_MANAGER (user_data);
  GListModel *model = G_LIST_MODEL (self->queue);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (BbJob) job = g_list_model_get_item (model, i);

      if (bb_job_get_state (job) == BB_JOB_STOPPED)
        bb_queue_go_on (self->queue, job);
    }
}

static GtkWindow *
get_window (BbExportManager *self)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);
  GList *windows = gtk_application_get_windows (self->application);

  return window != NULL ? window : windows != NULL ? windows->data : NULL;
}

static void
cancel_response_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  BbExportManager *self = BB_EXPORT_MANAGER (user_data);
  BbJob *job = g_object_get_data (G_OBJECT (dialog), "job");

  if (g_str_equal (response, "cancel") && job == bb_queue_get_current (self->queue))
    bb_queue_cancel (self->queue);
}

/* With its export over there is nothing left to ask. */
static void
close_question_cb (BbQueue *queue, GParamSpec *pspec, gpointer user_data)
{
  adw_dialog_force_close (ADW_DIALOG (user_data));
}

static void
cancel_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbExportManager *self = BB_EXPORT_MANAGER (user_data);
  BbJob *job = bb_queue_get_current (self->queue);
  GtkWindow *window = get_window (self);
  g_autofree char *name = NULL;
  AdwDialog *dialog;

  if (job == NULL || window == NULL)
    return;
  name = bb_job_get_output_name (job);
  dialog = adw_alert_dialog_new (_ ("Cancel Export?"), NULL);
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                _ ("“%s” is not finished, and nothing of it will be kept."), name);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "keep", _ ("_Keep Exporting"),
                                  "cancel", _ ("_Cancel Export"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "cancel",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "keep");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "keep");
  g_object_set_data_full (G_OBJECT (dialog), "job", g_object_ref (job), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (cancel_response_cb), self, 0);
  g_signal_connect_object (self->queue, "notify::current", G_CALLBACK (close_question_cb), dialog,
                           0);
  gtk_window_present (window);
  adw_dialog_present (dialog, GTK_WIDGET (window));
}

static void
report (BbExportManager *self, GtkFileLauncher *launcher, const GError *error)
{
  g_autofree char *name = bb_file_get_name (gtk_file_launcher_get_file (launcher));
  g_autofree char *message = NULL;

  if (g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) ||
      g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
    return;
  message = g_strdup_printf (_ ("“%s” cannot be opened: no application takes it"), name);
  g_signal_emit (self, signals[MESSAGE], 0, message);
}

static void
launched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbExportManager) self = BB_EXPORT_MANAGER (user_data);
  g_autoptr (GError) error = NULL;

  if (!gtk_file_launcher_launch_finish (GTK_FILE_LAUNCHER (source), result, &error))
    report (self, GTK_FILE_LAUNCHER (source), error);
}

static void
shown_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbExportManager) self = BB_EXPORT_MANAGER (user_data);
  g_autoptr (GError) error = NULL;

  if (!gtk_file_launcher_open_containing_folder_finish (GTK_FILE_LAUNCHER (source), result, &error))
    report (self, GTK_FILE_LAUNCHER (source), error);
}

/* Returns: (nullable): the video of a button; anybody on D-Bus may send another text. */
static GFile *
get_file (BbExportManager *self, GVariant *parameter)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));
  g_autofree char *name = NULL;
  g_autofree char *message = NULL;

  if (g_file_peek_path (file) != NULL && g_file_query_exists (file, NULL))
    return g_steal_pointer (&file);
  name = bb_file_get_name (file);
  message = g_strdup_printf (_ ("“%s” is not there any more: export it again"), name);
  g_signal_emit (self, signals[MESSAGE], 0, message);
  return NULL;
}

static void
open_file_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbExportManager *self = BB_EXPORT_MANAGER (user_data);
  g_autoptr (GFile) file = get_file (self, parameter);
  g_autoptr (GtkFileLauncher) launcher = NULL;

  if (file == NULL)
    return;
  launcher = gtk_file_launcher_new (file);
  gtk_file_launcher_launch (launcher, get_window (self), NULL, launched_cb, g_object_ref (self));
}

static void
show_file_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbExportManager *self = BB_EXPORT_MANAGER (user_data);
  g_autoptr (GFile) file = get_file (self, parameter);
  g_autoptr (GtkFileLauncher) launcher = NULL;

  if (file == NULL)
    return;
  launcher = gtk_file_launcher_new (file);
  gtk_file_launcher_open_containing_folder (launcher, get_window (self), NULL, shown_cb,
                                            g_object_ref (self));
}

static void
show_queue_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = get_window (BB_EXPORT_MANAGER (user_data));

  if (window == NULL)
    return;
  gtk_window_present (window);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.show-queue", NULL);
}

static const GActionEntry actions[] = {
  { "queue-pause", pause_cb, NULL, NULL, NULL },
  { "queue-resume", resume_cb, NULL, NULL, NULL },
  { "queue-go-on", go_on_cb, NULL, NULL, NULL },
  { "queue-cancel", cancel_cb, NULL, NULL, NULL },
  { "open-file", open_file_cb, "s", NULL, NULL },
  { "show-file", show_file_cb, "s", NULL, NULL },
  { "show-queue", show_queue_cb, NULL, NULL, NULL },
};

static void
bb_export_manager_finalize (GObject *object)
{
  BbExportManager *self = BB_EXPORT_MANAGER (object);

  g_clear_object (&self->store);
  g_clear_object (&self->queue);
  g_clear_pointer (&self->restored, g_ptr_array_unref);

  G_OBJECT_CLASS (bb_export_manager_parent_class)->finalize (object);
}

static void
bb_export_manager_class_init (BbExportManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = bb_export_manager_finalize;

  signals[MESSAGE] = g_signal_new ("message", BB_TYPE_EXPORT_MANAGER, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
bb_export_manager_init (BbExportManager *self)
{
  self->queue = bb_queue_new ();
}

/* The folder may be on a machine that takes its time. */
static void
sweep_thread (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  bb_output_file_sweep (task_data);
  g_task_return_boolean (task, TRUE);
}

/* Removes unfinished files that an export which was killed has left beside its target. */
static void
sweep (BbJob *job)
{
  g_autoptr (GFile) folder = g_file_get_parent (bb_job_get_output (job));
  g_autoptr (GTask) task = NULL;

  if (folder == NULL || g_file_peek_path (folder) == NULL)
    return;
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_source_tag (task, sweep);
  g_task_set_task_data (task, g_file_get_path (folder), g_free);
  g_task_run_in_thread (task, sweep_thread);
}

static void
problem_cb (BbExportManager *self, const char *problem)
{
  g_signal_emit (self, signals[MESSAGE], 0, problem);
}

static void
restore (BbExportManager *self, GFile *folder)
{
  self->store = bb_queue_store_new (folder);
  self->restored = bb_queue_store_get_jobs (self->store);
  g_signal_connect_object (self->store, "problem", G_CALLBACK (problem_cb), self,
                           G_CONNECT_SWAPPED);
  for (guint i = 0; i < self->restored->len; i++)
    sweep (self->restored->pdata[i]);
  bb_queue_restore (self->queue, self->restored);
  bb_queue_store_watch (self->store, self->queue);
}

/**
 * bb_export_manager_new:
 * @application: the application, which outlives it
 * @folder: where the queue is kept for the next session
 *
 * Adds the actions to @application, and to the queue what an earlier session has not finished, which does
 * not go on until somebody wants that.
 *
 * Returns: (transfer full): an export manager
 */
BbExportManager *
bb_export_manager_new (GtkApplication *application, GFile *folder)
{
  BbExportManager *self = g_object_new (BB_TYPE_EXPORT_MANAGER, NULL);

  self->application = application;
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions),
                                   self);
  g_signal_connect_object (self->queue, "finished", G_CALLBACK (finished_cb), self, 0);
  g_signal_connect_object (self->queue, "notify::current", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->queue, "notify::paused", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  restore (self, folder);
  update (self);
  return self;
}

/**
 * bb_export_manager_get_queue:
 * @self: an export manager
 *
 * Returns: (transfer none): the queue
 */
BbQueue *
bb_export_manager_get_queue (BbExportManager *self)
{
  g_return_val_if_fail (BB_IS_EXPORT_MANAGER (self), NULL);

  return self->queue;
}

/**
 * bb_export_manager_get_folders:
 * @self: an export manager
 *
 * Returns: (transfer full): URIs of the folders that exports went to, of this session and earlier ones
 */
GStrv
bb_export_manager_get_folders (BbExportManager *self)
{
  g_return_val_if_fail (BB_IS_EXPORT_MANAGER (self), NULL);

  return bb_queue_store_get_folders (self->store);
}

/**
 * bb_export_manager_has_work:
 * @self: an export manager
 *
 * Returns: whether something would stop if the program ended now
 */
gboolean
bb_export_manager_has_work (BbExportManager *self)
{
  g_return_val_if_fail (BB_IS_EXPORT_MANAGER (self), FALSE);

  return bb_queue_get_current (self->queue) != NULL ||
         (bb_queue_get_n_waiting (self->queue) > 0 && !bb_queue_get_paused (self->queue));
}

/**
 * bb_export_manager_offer:
 * @self: an export manager
 * @window: the window to ask in
 *
 * Asks once what becomes of the exports that an earlier session has not finished, and says where not all
 * of them could be read.
 */
void
bb_export_manager_offer (BbExportManager *self, GtkWidget *window)
{
  g_return_if_fail (BB_IS_EXPORT_MANAGER (self));

  if (self->offered)
    return;
  self->offered = TRUE;
  bb_offer_present (window, self->queue, self->restored, bb_queue_store_get_notice (self->store));
  g_ptr_array_set_size (self->restored, 0);
}

/**
 * bb_export_manager_stop:
 * @self: an export manager
 *
 * Ends what runs, before the program ends. What is not finished is kept for the next session.
 *
 * Returns: whether nothing runs any more; if not, an encoder is still busy with a frame, and the
 *   program has to end without waiting for it
 */
gboolean
bb_export_manager_stop (BbExportManager *self)
{
  g_return_val_if_fail (BB_IS_EXPORT_MANAGER (self), TRUE);

  bb_queue_store_close (self->store);
  return bb_queue_stop (self->queue, PATIENCE);
}
