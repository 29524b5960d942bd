/* bb-tune-dialog.c: dialog that finds the fastest settings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-tune-dialog.h"

#include "bb-announce.h"
#include "bb-tune-chart.h"
#include "bb-tune-item.h"

#include <glib/gi18n.h>

/* What the thread works with. It never has the last reference to a widget: the dialog is told of by
 * its own main loop alone, and only as long as it is there. */
typedef struct {
  BbTuneDialog *dialog; /* NULL once it is gone; of the main thread */
  GCancellable *cancellable;
  BbRecipe *recipe;
  char *path;
} Job;

/* A point on its way to the main thread */
typedef struct {
  Job *job;
  BbTunePoint point;
  guint n_done;
} News;

/**
 * BbTuneDialog:
 *
 * Measures batch sizes and precisions with a video, shows what it finds as lines and as a table
 * while it comes, and applies the best as one step. Closing it stops the measurement.
 */
struct _BbTuneDialog {
  AdwDialog parent_instance;

  BbEditor *editor;
  BbQueue *queue;
  Job *job;
  BbTunePoint points[BB_TUNE_N_POINTS];
  guint n_points;
  int best; /* -1 until it is known */
  GListStore *items;

  GtkStack *stack;
  AdwStatusPage *failed_page;
  AdwActionRow *result_row;
  GtkWidget *export_row;
  GtkWidget *cancel_button;
  GtkWidget *apply_button;
  GtkWidget *progress_row;
  GtkProgressBar *progress;
  BbTuneChart *speed_chart;
  BbTuneChart *memory_chart;
  GtkColumnView *table;
};

G_DEFINE_FINAL_TYPE (BbTuneDialog, bb_tune_dialog, ADW_TYPE_DIALOG)

static void
job_clear (gpointer data)
{
  Job *job = data;

  g_object_unref (job->cancellable);
  bb_recipe_unref (job->recipe);
  g_free (job->path);
}

static void
job_unref (gpointer job)
{
  g_atomic_rc_box_release_full (job, job_clear);
}

static void
news_free (gpointer data)
{
  News *news = data;

  job_unref (news->job);
  g_free (news);
}

static void
show_points (BbTuneDialog *self)
{
  bb_tune_chart_set_points (self->speed_chart, self->points, self->n_points);
  bb_tune_chart_set_points (self->memory_chart, self->points, self->n_points);
}

/* Puts a point into the table, or what is known better of it. */
static void
show_point (BbTuneDialog *self, guint i, const BbTunePoint *point)
{
  g_autoptr (BbTuneItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

  self->points[i] = *point;
  if (item != NULL)
    {
      bb_tune_item_set_point (item, point);
      return;
    }
  item = bb_tune_item_new (point);
  g_list_store_append (self->items, item);
}

/* What was measured beside an export stays so when that is over. */
static void
notice_export (BbTuneDialog *self)
{
  if (gtk_widget_get_visible (self->export_row) || bb_queue_get_current (self->queue) == NULL ||
      bb_queue_get_paused (self->queue))
    return;
  gtk_widget_set_visible (self->export_row, TRUE);
  bb_announce (GTK_WIDGET (self),
               adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self->export_row)),
               GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static gboolean
news_cb (gpointer user_data)
{
  News *news = user_data;
  BbTuneDialog *self = news->job->dialog;
  guint i = (news->n_done - 1) % BB_TUNE_N_POINTS;

  if (self == NULL || self->best >= 0)
    return G_SOURCE_REMOVE;
  notice_export (self);
  self->n_points = MAX (self->n_points, i + 1);
  show_point (self, i, &news->point);
  gtk_progress_bar_set_fraction (self->progress, (double) news->n_done / BB_TUNE_N_STEPS);
  show_points (self);
  return G_SOURCE_REMOVE;
}

static void
progress_cb (const BbTunePoint *point, guint n_done, gpointer user_data)
{
  const News news = { g_atomic_rc_box_acquire (user_data), *point, n_done };

  g_idle_add_full (G_PRIORITY_DEFAULT, news_cb, g_memdup2 (&news, sizeof news), news_free);
}

static void
free_tune (gpointer tune)
{
  bb_tune_free (tune);
}

static void
measure_thread (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  Job *job = task_data;
  GError *error = NULL;
  BbTune *tune = bb_tune_run (job->path, job->recipe, progress_cb, job, cancellable, &error);

  if (tune != NULL)
    g_task_return_pointer (task, tune, free_tune);
  else
    g_task_return_error (task, error);
}

static void
fail (BbTuneDialog *self, const GError *error)
{
  g_autofree char *escaped = g_markup_escape_text (error->message, -1);

  adw_status_page_set_description (self->failed_page, escaped);
  gtk_stack_set_visible_child_name (self->stack, "failed");
  bb_announce (GTK_WIDGET (self), error->message, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static void
show_result (BbTuneDialog *self, const BbTune *tune)
{
  const BbTunePoint *best = &tune->point[tune->best];
  const char *precision = bb_tune_item_get_precision_name (best->precision);
  int fastest = bb_tune_get_fastest (tune);
  g_autoptr (BbTuneItem) item = NULL;
  g_autoptr (BbTuneItem) fastest_item = NULL;
  g_autofree char *memory = g_format_size (best->memory);
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;

  /* Some of it is known better by now. */
  self->n_points = BB_TUNE_N_POINTS;
  for (guint i = 0; i < BB_TUNE_N_POINTS; i++)
    show_point (self, i, &tune->point[i]);
  show_points (self);
  self->best = tune->best;
  item = g_list_model_get_item (G_LIST_MODEL (self->items), (guint) tune->best);
  bb_tune_item_set_best (item);
  fastest_item = g_list_model_get_item (G_LIST_MODEL (self->items), (guint) fastest);
  bb_tune_item_set_fastest (fastest_item);
  bb_tune_chart_set_best (self->speed_chart, tune->best);
  bb_tune_chart_set_best (self->memory_chart, tune->best);
  /* Translators: the batch size and the precision, FP16 or FP32 */
  title = g_strdup_printf (ngettext ("Best: %d Frame in a Batch, %s",
                                     "Best: %d Frames in a Batch, %s", (gulong) best->batch),
                           best->batch, precision);
  /* Translators: speed, memory, and what does the work */
  subtitle = g_strdup_printf (_ ("%.1f frames per second, %s of memory, on %s"),
                              best->frames_per_second, memory, tune->device);
  if (fastest != tune->best)
    {
      char *speed = g_steal_pointer (&subtitle);

      subtitle = g_strdup_printf (
        /* Translators: %s says how fast the best is; the star marks the fastest */
        _ ("%s. As fast as ★ within 3 %%, and smaller or more precise"), speed);
      g_free (speed);
    }
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->result_row), title);
  adw_action_row_set_subtitle (self->result_row, subtitle);
  notice_export (self);
  gtk_widget_set_visible (self->progress_row, FALSE);
  gtk_widget_set_visible (self->cancel_button, FALSE);
  gtk_widget_set_visible (self->apply_button, TRUE);
  gtk_widget_grab_focus (self->apply_button);
  bb_announce (GTK_WIDGET (self), title, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
measured_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  Job *job = user_data;
  BbTuneDialog *self = job->dialog;
  g_autoptr (GError) error = NULL;
  g_autoptr (BbTune) tune = g_task_propagate_pointer (G_TASK (result), &error);

  if (self != NULL && tune != NULL)
    show_result (self, tune);
  else if (self != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fail (self, error);
  job_unref (job);
}

static void
cancel_cb (GtkButton *button, gpointer user_data)
{
  adw_dialog_close (ADW_DIALOG (user_data));
}

static void
apply_cb (GtkButton *button, gpointer user_data)
{
  BbTuneDialog *self = BB_TUNE_DIALOG (user_data);
  BbRecipeValues values = *bb_editor_get (self->editor);

  values.batch = self->points[self->best].batch;
  values.precision = self->points[self->best].precision;
  bb_editor_end_step (self->editor);
  bb_editor_set (self->editor, &values, NULL, NULL);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
stop (BbTuneDialog *self)
{
  if (self->job == NULL)
    return;
  g_cancellable_cancel (self->job->cancellable);
  self->job->dialog = NULL;
  g_clear_pointer (&self->job, job_unref);
}

static void
bb_tune_dialog_closed (AdwDialog *dialog)
{
  stop (BB_TUNE_DIALOG (dialog));
}

static void
bb_tune_dialog_dispose (GObject *object)
{
  BbTuneDialog *self = BB_TUNE_DIALOG (object);

  stop (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_TUNE_DIALOG);
  g_clear_object (&self->items);
  g_clear_object (&self->editor);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (bb_tune_dialog_parent_class)->dispose (object);
}

static void
bb_tune_dialog_class_init (BbTuneDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_tune_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = bb_tune_dialog_closed;

  g_type_ensure (BB_TYPE_TUNE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-tune-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, BbTuneDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, BbTuneDialog, failed_page);
  gtk_widget_class_bind_template_child (widget_class, BbTuneDialog, result_row);
  gtk_widget_class_bind_template_child (widget_class, BbTuneDialog, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, BbTuneDialog, export_row);
  gtk_widget_class_bind_template_child (widget_class, BbTuneDialog, apply_button);
  gtk_widget_class_bind_template_child (widget_class, BbTuneDialog, progress_row);
  gtk_widget_class_bind_template_child (widget_class, BbTuneDialog, progress);
  gtk_widget_class_bind_template_child (widget_class, BbTuneDialog, speed_chart);
  gtk_widget_class_bind_template_child (widget_class, BbTuneDialog, memory_chart);
  gtk_widget_class_bind_template_child (widget_class, BbTuneDialog, table);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, apply_cb);
}

static void
bb_tune_dialog_init (BbTuneDialog *self)
{
  GtkNoSelection *selection;

  self->best = -1;
  self->items = g_list_store_new (BB_TYPE_TUNE_ITEM);
  gtk_widget_init_template (GTK_WIDGET (self));
  bb_tune_item_add_columns (self->table);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->items)));
  gtk_column_view_set_model (self->table, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->result_row), _ ("Measuring…"));
  adw_action_row_set_subtitle (self->result_row, _ ("A few seconds with frames of this video"));
}

static void
begin (BbTuneDialog *self, GFile *file)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = NULL;
  Job *job = g_atomic_rc_box_new0 (Job);

  job->dialog = self;
  job->cancellable = g_object_ref (cancellable);
  job->recipe = bb_recipe_ref (bb_editor_get_recipe (self->editor));
  job->path = g_file_get_path (file);
  self->job = job;
  task = g_task_new (NULL, cancellable, measured_cb, g_atomic_rc_box_acquire (job));
  g_task_set_source_tag (task, bb_tune_dialog_new);
  g_task_set_task_data (task, g_atomic_rc_box_acquire (job), job_unref);
  g_task_run_in_thread (task, measure_thread);
}

/**
 * bb_tune_dialog_new:
 * @file: a local video
 * @editor: holds the recipe to measure with and to change
 * @queue: exports, beside which measuring tells little
 *
 * Begins to measure on a thread.
 *
 * Returns: (transfer floating): a dialog
 */
AdwDialog *
bb_tune_dialog_new (GFile *file, BbEditor *editor, BbQueue *queue)
{
  BbTuneDialog *self = g_object_new (BB_TYPE_TUNE_DIALOG, NULL);

  self->editor = g_object_ref (editor);
  self->queue = g_object_ref (queue);
  notice_export (self);
  begin (self, file);
  return ADW_DIALOG (self);
}
