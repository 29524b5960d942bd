/* bb-job-text.c: texts on the state of an export
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-job-text.h"

#include "bb-progress.h"

#include <glib/gi18n.h>

static char *
describe_waiting (BbJob *job)
{
  const BbRecipeValues *values = bb_recipe_get (bb_job_get_recipe (job));

  /* Translators: a size in pixels and the name of a file, of an export that waits for its turn */
  return g_strdup_printf (_ ("Waiting · %d×%d"), values->width, values->height);
}

static char *
describe_stopped (BbJob *job)
{
  const BbRecipeValues *values = bb_recipe_get (bb_job_get_recipe (job));

  /* Translators: a size in pixels, of an export that an earlier session has not finished */
  return g_strdup_printf (_ ("Not finished · %d×%d"), values->width, values->height);
}

static char *
describe_done (BbJob *job)
{
  const char *const *notices = bb_job_get_notices (job);
  const BbRenderStats *stats = bb_job_get_stats (job);
  g_autofree char *time = bb_progress_format_duration ((int) (stats->seconds + 0.5));
  g_autofree char *size =
    bb_job_get_size (job) >= 0 ? g_format_size ((guint64) bb_job_get_size (job)) : NULL;
  g_autofree char *text = NULL;

  if (notices != NULL && notices[0] != NULL)
    {
      text = size != NULL ? g_strconcat (size, " · ", notices[0], NULL) : g_strdup (notices[0]);
      return g_strdup_printf (_ ("Done · %s"), text);
    }
  text = g_strdup_printf (
    /* Translators: how long an export took, such as 1:05, and frames a second */
    _ ("Done in %s · %.1f frames/s"), time, bb_progress_get_frame_rate (stats));
  return size != NULL ? g_strconcat (text, " · ", size, NULL) : g_steal_pointer (&text);
}

/**
 * bb_job_text_state:
 * @job: an export
 *
 * Returns: (transfer full): where it stands, a line for people
 */
char *
bb_job_text_state (BbJob *job)
{
  switch (bb_job_get_state (job))
    {
    case BB_JOB_WAITING:
      return describe_waiting (job);
    case BB_JOB_RENDERING:
    case BB_JOB_PAUSED:
      return bb_job_text_figures (job);
    case BB_JOB_STOPPED:
      return describe_stopped (job);
    case BB_JOB_DONE:
      return describe_done (job);
    case BB_JOB_FAILED:
      return g_strdup (bb_job_get_error (job)->message);
    case BB_JOB_CANCELLED:
    default:
      return g_strdup (_ ("Cancelled: nothing of it was kept"));
    }
}

/**
 * bb_job_text_figures:
 * @job: an export that runs
 *
 * Returns: (transfer full): its progress, rates and time left, a line for people
 */
char *
bb_job_text_figures (BbJob *job)
{
  const BbRenderStats *stats = bb_job_get_stats (job);
  int left = bb_progress_get_seconds_left (stats);
  double fraction = bb_job_get_fraction (job);
  GString *text = g_string_new (NULL);

  if (bb_job_get_state (job) == BB_JOB_PAUSED)
    g_string_append (text, _ ("Paused"));
  if (stats->frames == 0)
    {
      if (text->len == 0)
        g_string_append (text, _ ("Starting…"));
      return g_string_free (text, FALSE);
    }
  if (text->len > 0)
    g_string_append (text, " · ");
  if (stats->frames == stats->total_frames && text->len == 0)
    /* Translators: all frames of an export are done, and the file is brought to disk */
    g_string_append (text, _ ("Finishing…"));
  else if (fraction >= 0)
    /* Translators: how much of an export is done */
    g_string_append_printf (text, _ ("%d %%"), (int) (fraction * 100));
  else
    g_string_append_printf (text, _ ("%lld frames"), (long long) stats->frames);
  if (left >= 0)
    {
      g_autofree char *time = bb_progress_format_duration (left);

      g_string_append (text, " · ");
      /* Translators: time until an export is done, such as 1:05 */
      g_string_append_printf (text, _ ("%s left"), time);
    }
  g_string_append (text, " · ");
  g_string_append_printf (text, _ ("%.1f frames/s · %.2f batches/s"),
                          bb_progress_get_frame_rate (stats), bb_progress_get_batch_rate (stats));
  if (stats->n_workers > 1)
    {
      g_string_append (text, " · ");
      /* Translators: how many parts of a video are made at once */
      g_string_append_printf (text, ngettext ("%u worker", "%u workers", stats->n_workers),
                              stats->n_workers);
    }
  return g_string_free (text, FALSE);
}
