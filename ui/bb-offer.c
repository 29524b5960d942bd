/* bb-offer.c: asks whether exports of an earlier session go on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-offer.h"

#include "bb-file-name.h"

#include <glib/gi18n.h>

typedef struct {
  BbQueue *queue;
  GPtrArray *jobs;
} Offer;

static void
offer_free (gpointer data, GClosure *closure)
{
  Offer *offer = data;

  g_object_unref (offer->queue);
  g_ptr_array_unref (offer->jobs);
  g_free (offer);
}

static void
response_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  Offer *offer = user_data;

  for (guint i = 0; i < offer->jobs->len; i++)
    {
      BbJob *job = offer->jobs->pdata[i];

      if (bb_job_get_state (job) != BB_JOB_STOPPED)
        continue;
      if (g_str_equal (response, "resume"))
        bb_queue_go_on (offer->queue, job);
      else if (g_str_equal (response, "remove"))
        bb_queue_remove (offer->queue, job);
    }
}

/* Where they have been told to go on by other means, there is nothing left to ask. */
static void
n_waiting_cb (BbQueue *queue, GParamSpec *pspec, gpointer user_data)
{
  if (bb_queue_get_n_stopped (queue) == 0)
    adw_dialog_force_close (ADW_DIALOG (user_data));
}

static void
add_responses (AdwAlertDialog *dialog)
{
  adw_alert_dialog_add_responses (dialog, "remove", _ ("_Remove"), "later", _ ("_Not Now"),
                                  "resume", _ ("_Go On"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_response_appearance (dialog, "resume", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "resume");
  adw_alert_dialog_set_close_response (dialog, "later");
}

/**
 * bb_offer_present:
 * @window: the window to ask in
 * @queue: the queue
 * @jobs: (element-type BbJob): exports of an earlier session that are in it, stopped
 * @notice: (nullable): that not all could be read
 *
 * Asks whether they go on, stay as they are, or are removed with what is done of them. Says the notice
 * only where there are none, and nothing without one.
 */
void
bb_offer_present (GtkWidget *window, BbQueue *queue, GPtrArray *jobs, const char *notice)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  AdwDialog *dialog;
  Offer *offer;

  if (jobs->len == 0 && notice == NULL)
    return;
  if (jobs->len > 0)
    {
      for (guint i = 0; i < jobs->len; i++)
        g_ptr_array_add (names, bb_job_get_output_name (jobs->pdata[i]));
      bb_file_append_names (body, names);
      g_string_append_c (body, '\n');
      g_string_append (
        body, ngettext ("This export was not finished when Blurbox ended. It goes on where "
                        "it stopped; removing it deletes what is done of it.",
                        "These exports were not finished when Blurbox ended. They go on "
                        "where they stopped; removing them deletes what is done of them.",
                        jobs->len));
    }
  if (notice != NULL)
    g_string_append_printf (body, "%s%s", jobs->len > 0 ? "\n\n" : "", notice);
  dialog =
    adw_alert_dialog_new (jobs->len > 0 ? ngettext ("Finish Export?", "Finish Exports?", jobs->len)
                                        : _ ("Exports Not Read"),
                          body->str);
  if (jobs->len == 0)
    {
      adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
      adw_dialog_present (dialog, window);
      return;
    }
  add_responses (ADW_ALERT_DIALOG (dialog));
  offer = g_new0 (Offer, 1);
  offer->queue = g_object_ref (queue);
  offer->jobs = g_ptr_array_copy (jobs, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), offer, offer_free, 0);
  g_signal_connect_object (queue, "notify::n-waiting", G_CALLBACK (n_waiting_cb), dialog, 0);
  adw_dialog_present (dialog, window);
}
