/* bb-queue-bar.c: bar of the export that runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-queue-bar.h"

#include "bb-job-text.h"
#include "bb-progress-line.h"

#include <glib/gi18n.h>

/**
 * BbQueueBar:
 *
 * The lower edge of a window that exports: progress of the export that runs, or what has become of
 * the last ones.
 */
struct _BbQueueBar {
  AdwBin parent_instance;

  BbQueue *queue;
  BbJob *job;
  GSignalGroup *job_signals;

  GtkLabel *title_label;
  GtkInscription *figures_text;
  GtkButton *pause_button;
  GtkWidget *cancel_button;
  BbProgressLine *progress_line;
};

G_DEFINE_FINAL_TYPE (BbQueueBar, bb_queue_bar, ADW_TYPE_BIN)

/* A label that is set to what it has is laid out again for nothing. */
static void
set_text (GtkLabel *label, const char *text)
{
  if (!g_str_equal (gtk_label_get_text (label), text))
    gtk_label_set_text (label, text);
}

/* An inscription begins where its text's first letter says, not where the window's texts begin. */
static void
set_figures (BbQueueBar *self, const char *figures)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  /* A right-to-left mark, and the text between isolates. */
  g_autofree char *text = rtl && figures != NULL
                            ? g_strconcat ("\u200f\u2068", figures, "\u2069", NULL)
                            : g_strdup (figures);

  gtk_inscription_set_text (self->figures_text, text);
}

static void
show_job (BbQueueBar *self)
{
  g_autofree char *name = bb_job_get_output_name (self->job);
  g_autofree char *figures = bb_job_text_figures (self->job);
  g_autofree char *title = NULL;
  guint n = bb_queue_get_n_waiting (self->queue);

  if (n > 0)
    /* Translators: name of a file, or names with commas between, and how many more there are */
    title = g_strdup_printf (ngettext ("%s and %u more", "%s and %u more", n), name, n);
  set_text (self->title_label, title != NULL ? title : name);
  set_figures (self, figures);
  gtk_widget_set_visible (GTK_WIDGET (self->figures_text), TRUE);
  bb_progress_line_set_fraction (self->progress_line, bb_job_get_fraction (self->job));
}

static guint
count (BbQueueBar *self, BbJobState state)
{
  GListModel *model = G_LIST_MODEL (self->queue);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (BbJob) job = g_list_model_get_item (model, i);

      n += bb_job_get_state (job) == state;
    }
  return n;
}

static void
show_result (BbQueueBar *self)
{
  guint n_waiting = bb_queue_get_n_waiting (self->queue);
  guint n_stopped = bb_queue_get_n_stopped (self->queue);
  guint n_done = count (self, BB_JOB_DONE);
  guint n_failed = count (self, BB_JOB_FAILED);
  guint n_cancelled = count (self, BB_JOB_CANCELLED);
  g_autofree char *title = NULL;
  g_autofree char *figures = NULL;

  if (n_waiting > 0)
    title = g_strdup_printf (ngettext ("%u export waits", "%u exports wait", n_waiting), n_waiting);
  else if (n_stopped > 0)
    title = g_strdup_printf (
      ngettext ("%u export is not finished", "%u exports are not finished", n_stopped), n_stopped);
  else if (n_done > 0)
    title =
      g_strdup_printf (ngettext ("%u export finished", "%u exports finished", n_done), n_done);
  else if (n_failed > 0)
    title =
      g_strdup_printf (ngettext ("%u export failed", "%u exports failed", n_failed), n_failed);
  else
    title = g_strdup_printf (ngettext ("%u export cancelled", "%u exports cancelled", n_cancelled),
                             n_cancelled);
  if (n_waiting > 0 && bb_queue_get_paused (self->queue))
    figures = g_strdup (_ ("Paused"));
  else if (n_waiting == 0 && n_stopped == 0 && n_done > 0 && n_failed > 0)
    figures = g_strdup_printf (ngettext ("%u failed", "%u failed", n_failed), n_failed);
  set_text (self->title_label, title);
  set_figures (self, figures);
  gtk_widget_set_visible (GTK_WIDGET (self->figures_text), figures != NULL);
}

/* What the button does, called and looks like. */
static void
update_button (BbQueueBar *self)
{
  gboolean paused = bb_queue_get_paused (self->queue);
  gboolean stopped = self->job == NULL && !paused && bb_queue_get_n_stopped (self->queue) > 0;
  const char *tooltip = stopped ? _ ("Go On") : paused ? _ ("Resume Export") : _ ("Pause Export");

  gtk_widget_set_visible (GTK_WIDGET (self->pause_button), self->job != NULL || paused || stopped);
  /* Progress comes often, and what is set anew is laid out anew. */
  if (g_strcmp0 (gtk_widget_get_tooltip_text (GTK_WIDGET (self->pause_button)), tooltip) == 0)
    return;
  gtk_button_set_icon_name (self->pause_button, paused || stopped
                                                  ? "media-playback-start-symbolic"
                                                  : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pause_button), tooltip);
}

static void
update (BbQueueBar *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->progress_line), self->job != NULL);
  gtk_widget_set_visible (self->cancel_button, self->job != NULL);
  update_button (self);
  if (self->job != NULL)
    show_job (self);
  else
    show_result (self);
}

/* With an action of its own the button would be insensitive for a moment whenever that changes, and
 * lose the focus. */
static void
pause_cb (GtkButton *button, gpointer user_data)
{
  BbQueueBar *self = BB_QUEUE_BAR (user_data);
  gboolean paused = bb_queue_get_paused (self->queue);

  gtk_widget_activate_action (GTK_WIDGET (self),
                              paused              ? "app.queue-resume"
                              : self->job == NULL ? "app.queue-go-on"
                                                  : "app.queue-pause",
                              NULL);
}

static void
set_job (BbQueueBar *self, BbJob *job)
{
  g_set_object (&self->job, job);
  g_signal_group_set_target (self->job_signals, job);
}

static void
current_cb (BbQueueBar *self)
{
  set_job (self, bb_queue_get_current (self->queue));
  update (self);
}

static void
bb_queue_bar_dispose (GObject *object)
{
  BbQueueBar *self = BB_QUEUE_BAR (object);

  g_clear_object (&self->job_signals);
  g_clear_object (&self->job);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_QUEUE_BAR);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (bb_queue_bar_parent_class)->dispose (object);
}

static void
bb_queue_bar_class_init (BbQueueBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bb_queue_bar_dispose;

  g_type_ensure (BB_TYPE_PROGRESS_LINE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-queue-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, BbQueueBar, title_label);
  gtk_widget_class_bind_template_child (widget_class, BbQueueBar, figures_text);
  gtk_widget_class_bind_template_child (widget_class, BbQueueBar, pause_button);
  gtk_widget_class_bind_template_child (widget_class, BbQueueBar, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, BbQueueBar, progress_line);
  gtk_widget_class_bind_template_callback (widget_class, pause_cb);
}

static void
bb_queue_bar_init (BbQueueBar *self)
{
  self->job_signals = g_signal_group_new (BB_TYPE_JOB);
  g_signal_group_connect_swapped (self->job_signals, "notify", G_CALLBACK (update), self);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * bb_queue_bar_new:
 * @queue: the queue
 *
 * Returns: (transfer floating): a bar for it
 */
BbQueueBar *
bb_queue_bar_new (BbQueue *queue)
{
  BbQueueBar *self = g_object_new (BB_TYPE_QUEUE_BAR, NULL);

  self->queue = g_object_ref (queue);
  g_signal_connect_object (queue, "notify::current", G_CALLBACK (current_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "notify::n-waiting", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "notify::paused", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  set_job (self, bb_queue_get_current (queue));
  update (self);
  return self;
}
