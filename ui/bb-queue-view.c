/* bb-queue-view.c: list of the exports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-queue-view.h"

#include "bb-job-row.h"
#include "bb-progress.h"

#include <glib/gi18n.h>

/**
 * BbQueueView:
 *
 * Lists the exports: those that are over, the one that runs and those that wait, which can be moved.
 */
struct _BbQueueView {
  AdwBin parent_instance;

  BbQueue *queue;
  BbJobSources *sources;
  GSignalGroup *current_signals; /* of the export that runs */
  BbJob *moving;                 /* whose row had the focus when it was taken out */

  AdwWindowTitle *window_title;
  GtkStack *stack;
  GtkScrolledWindow *scrolled_window;
  GtkListBox *list;
  GtkWidget *clear_button;
};

G_DEFINE_FINAL_TYPE (BbQueueView, bb_queue_view, ADW_TYPE_BIN)

static GtkWidget *
create_row_cb (gpointer item, gpointer user_data)
{
  BbQueueView *self = BB_QUEUE_VIEW (user_data);

  return GTK_WIDGET (bb_job_row_new (self->queue, item, self->sources));
}

static void
clear_cb (GtkButton *button, gpointer user_data)
{
  BbQueueView *self = BB_QUEUE_VIEW (user_data);
  GtkListBoxRow *row;

  bb_queue_clear (self->queue);
  /* The button cannot be used any more, and would take the focus with it. */
  row = gtk_list_box_get_row_at_index (self->list, 0);
  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
row_activated_cb (GtkListBox *list, GtkListBoxRow *row, gpointer user_data)
{
  bb_job_row_activate (BB_JOB_ROW (row));
}

/* As with the rows, not where nobody sees it. */
static void
update_left (BbQueueView *self)
{
  g_autofree char *time = NULL;
  g_autofree char *text = NULL;
  int left;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  left = bb_job_sources_get_seconds_left (self->sources);
  if (left >= 0)
    {
      time = bb_progress_format_duration (left);
      /* Translators: time until all exports are done, such as 1:05 */
      text = g_strdup_printf (_ ("about %s left for all"), time);
    }
  adw_window_title_set_subtitle (self->window_title, text != NULL ? text : "");
}

static void
current_cb (BbQueueView *self)
{
  g_signal_group_set_target (self->current_signals, bb_queue_get_current (self->queue));
  update_left (self);
}

static void
look (BbQueueView *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  bb_job_sources_look (self->sources);
  update_left (self);
}

static void
update (BbQueueView *self)
{
  GListModel *model = G_LIST_MODEL (self->queue);
  guint n = g_list_model_get_n_items (model);
  gboolean over = FALSE;

  for (guint i = 0; i < n && !over; i++)
    {
      g_autoptr (BbJob) job = g_list_model_get_item (model, i);

      over = bb_job_is_over (job);
    }
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
  gtk_widget_set_sensitive (self->clear_button, over);
}

/* Runs before the list follows the model: a row that is moved is made anew, and keeps the focus. */
static void
before_change_cb (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  BbQueueView *self = BB_QUEUE_VIEW (user_data);
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, (int) position);

  if (removed != 1 || row == NULL)
    return;
  if (gtk_widget_get_focus_child (GTK_WIDGET (self->list)) == GTK_WIDGET (row))
    g_set_object (&self->moving, bb_job_row_get_job (BB_JOB_ROW (row)));
}

static void
after_change_cb (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  BbQueueView *self = BB_QUEUE_VIEW (user_data);
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, (int) position);

  update (self);
  if (self->moving == NULL)
    return;
  if (added == 1 && row != NULL && bb_job_row_get_job (BB_JOB_ROW (row)) == self->moving)
    {
      gtk_widget_grab_focus (GTK_WIDGET (row));
      g_clear_object (&self->moving);
    }
  else if (removed == 1)
    {
      /* Removed for good: the focus goes to its neighbor, until the row perhaps comes back. */
      if (row == NULL && position > 0)
        row = gtk_list_box_get_row_at_index (self->list, (int) position - 1);
      if (row != NULL)
        gtk_widget_grab_focus (GTK_WIDGET (row));
    }
}

static BbJobRow *
get_row_at (BbQueueView *self, double y)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_y (self->list, (int) y);

  return row != NULL ? BB_JOB_ROW (row) : NULL;
}

static GdkDragAction
motion_cb (GtkDropTarget *target, double x, double y, gpointer user_data)
{
  BbQueueView *self = BB_QUEUE_VIEW (user_data);
  BbJobRow *row = get_row_at (self, y);

  if (row == NULL || bb_job_get_state (bb_job_row_get_job (row)) != BB_JOB_WAITING)
    {
      gtk_list_box_drag_unhighlight_row (self->list);
      return 0;
    }
  gtk_list_box_drag_highlight_row (self->list, GTK_LIST_BOX_ROW (row));
  return GDK_ACTION_MOVE;
}

static void
leave_cb (GtkDropTarget *target, gpointer user_data)
{
  gtk_list_box_drag_unhighlight_row (BB_QUEUE_VIEW (user_data)->list);
}

static guint
find (BbQueueView *self, BbJob *job)
{
  GListModel *model = G_LIST_MODEL (self->queue);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (BbJob) other = g_list_model_get_item (model, i);

      if (other == job)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, gpointer user_data)
{
  BbQueueView *self = BB_QUEUE_VIEW (user_data);
  BbJob *job = g_value_get_object (value);
  BbJobRow *row = get_row_at (self, y);
  guint from = find (self, job);

  gtk_list_box_drag_unhighlight_row (self->list);
  if (row == NULL || from == GTK_INVALID_LIST_POSITION)
    return FALSE;
  bb_queue_move (self->queue, job,
                 gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)) - (int) from);
  return TRUE;
}

static void
add_drop_target (BbQueueView *self)
{
  GtkDropTarget *target = gtk_drop_target_new (BB_TYPE_JOB, GDK_ACTION_MOVE);

  g_signal_connect (target, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (target, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->list), GTK_EVENT_CONTROLLER (target));
}

/* Once there is a place where the export that runs is: has it in sight. */
static gboolean
scroll_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  BbQueueView *self = BB_QUEUE_VIEW (widget);
  BbJob *job = bb_queue_get_current (self->queue);
  guint position = job != NULL ? find (self, job) : GTK_INVALID_LIST_POSITION;
  GtkListBoxRow *row;
  GtkWidget *viewport;

  if (position == GTK_INVALID_LIST_POSITION)
    return G_SOURCE_REMOVE;
  row = gtk_list_box_get_row_at_index (self->list, (int) position);
  if (gtk_widget_get_height (GTK_WIDGET (row)) == 0)
    return G_SOURCE_CONTINUE;
  viewport = gtk_scrolled_window_get_child (self->scrolled_window);
  gtk_viewport_scroll_to (GTK_VIEWPORT (viewport), GTK_WIDGET (row), NULL);
  return G_SOURCE_REMOVE;
}

static void
bb_queue_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bb_queue_view_parent_class)->map (widget);

  look (BB_QUEUE_VIEW (widget));
  gtk_widget_add_tick_callback (widget, scroll_cb, NULL, NULL);
}

static void
bb_queue_view_dispose (GObject *object)
{
  BbQueueView *self = BB_QUEUE_VIEW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_QUEUE_VIEW);
  g_clear_object (&self->current_signals);
  g_clear_object (&self->moving);
  g_clear_object (&self->sources);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (bb_queue_view_parent_class)->dispose (object);
}

static void
bb_queue_view_class_init (BbQueueViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bb_queue_view_dispose;
  widget_class->map = bb_queue_view_map;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-queue-view.ui");
  gtk_widget_class_bind_template_child (widget_class, BbQueueView, window_title);
  gtk_widget_class_bind_template_child (widget_class, BbQueueView, stack);
  gtk_widget_class_bind_template_child (widget_class, BbQueueView, list);
  gtk_widget_class_bind_template_child (widget_class, BbQueueView, scrolled_window);
  gtk_widget_class_bind_template_child (widget_class, BbQueueView, clear_button);
  gtk_widget_class_bind_template_callback (widget_class, clear_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
}

static void
bb_queue_view_init (BbQueueView *self)
{
  self->current_signals = g_signal_group_new (BB_TYPE_JOB);
  g_signal_group_connect_swapped (self->current_signals, "notify::fraction",
                                  G_CALLBACK (update_left), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  add_drop_target (self);
}

/**
 * bb_queue_view_new:
 * @queue: the queue
 * @project: the list of videos of the window, which knows some of them
 *
 * Returns: (transfer floating): a list of it
 */
BbQueueView *
bb_queue_view_new (BbQueue *queue, BbProject *project)
{
  BbQueueView *self = g_object_new (BB_TYPE_QUEUE_VIEW, NULL);

  self->queue = g_object_ref (queue);
  self->sources = bb_job_sources_new (queue, project);
  g_signal_connect_object (queue, "items-changed", G_CALLBACK (before_change_cb), self, 0);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (queue), create_row_cb, self, NULL);
  g_signal_connect_object (queue, "items-changed", G_CALLBACK (after_change_cb), self, 0);
  g_signal_connect_object (queue, "finished", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "items-changed", G_CALLBACK (look), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "notify::current", G_CALLBACK (current_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sources, "changed", G_CALLBACK (update_left), self,
                           G_CONNECT_SWAPPED);
  current_cb (self);
  update (self);
  return self;
}
