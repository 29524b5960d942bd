/* bb-render-join.c: the joining of segments while others are made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-render-private.h"

#include "bb-error.h"

#include <glib/gi18n-lib.h>

/* Times that a segment is made once more, where it does not join. */
#define MAX_TRIES 3

/* Waits for the segment that an output's join comes to.
 *
 * Returns: (transfer full): it; NULL where there was an error, or nobody makes it */
static BbSegment *
wait_for_segment (BbRenderMake *make, BbRenderOutput *output, GCancellable *cancellable,
                  GError **error)
{
  BbRender *render = make->render;
  BbSegment *segment = NULL;

  g_mutex_lock (&render->lock);
  while (make->error == NULL && !g_cancellable_is_cancelled (cancellable))
    {
      if (g_hash_table_steal_extended (output->done, GUINT_TO_POINTER (output->next), NULL,
                                       (gpointer *) &segment) ||
          bb_render_make_is_stuck (make))
        break;
      if (g_cond_wait_until (&render->changed, &render->lock,
                             g_get_monotonic_time () + BB_RENDER_LOOK_INTERVAL))
        continue;
      g_mutex_unlock (&render->lock);
      bb_render_make_look (make);
      g_mutex_lock (&render->lock);
    }
  if (make->error != NULL)
    {
      g_clear_pointer (&segment, bb_segment_free);
      g_propagate_error (error, g_steal_pointer (&make->error));
    }
  g_mutex_unlock (&render->lock);
  if (segment == NULL && (error == NULL || *error == NULL))
    g_cancellable_set_error_if_cancelled (cancellable, error);
  return segment;
}

static void
set_unreadable (BbRender *render, guint index, GError **error)
{
  g_autofree char *name = g_filename_display_name (render->input);

  if (index == 0)
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                 _ ("“%s” has no frame within the trim: choose another start or end"), name);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_INPUT,
                 _ ("“%s” gives other frames each time it is read: convert it to another format "
                    "first"),
                 name);
}

/* Has a segment made once more: from where the one before it ends, at last by reading all. */
static gboolean
redo (BbRenderMake *make, BbRenderOutput *output, GError **error)
{
  BbRender *render = make->render;
  guint index = output->next;

  if (make->workings->len == 0 && render->engine == NULL)
    {
      bb_render_set_missing (render, index, error);
      return FALSE;
    }
  if (index == 0 || output->begin == G_MININT64 || output->n_tries >= MAX_TRIES)
    {
      set_unreadable (render, index, error);
      return FALSE;
    }
  output->n_tries++;
  g_mutex_lock (&render->lock);
  bb_schedule_redo (render->schedule, index, output->begin + render->job.table.start,
                    output->n_tries > 1);
  g_cond_broadcast (&render->changed);
  g_mutex_unlock (&render->lock);
  /* Where all was there already. */
  return make->workings->len > 0 || bb_render_make_add_worker (make, error);
}

/* Adds a segment to the target.
 *
 * Returns: whether it was added; without an error it must be made once more */
static gboolean
join_segment (BbRenderOutput *output, const BbSegment *segment, GCancellable *cancellable,
              GError **error)
{
  const BbSegmentTable *table = &output->render->job.table;
  AVRational time_base = { table->time_base_num, table->time_base_den };
  g_autoptr (BbSegment) checked = NULL;
  g_autoptr (GArray) times = NULL;
  g_autoptr (GError) failure = NULL;

  if (output->begin != G_MININT64 && segment->begin != output->begin)
    {
      g_debug ("Segment %u begins at %" G_GINT64_FORMAT ", not at %" G_GINT64_FORMAT,
               segment->index, segment->begin, output->begin);
      return FALSE;
    }
  if (output->sink == NULL)
    return TRUE;
  checked = bb_segment_check (segment->path, time_base, &times, cancellable, &failure);
  if (checked != NULL)
    return bb_sink_add (output->sink, segment, times, cancellable, error);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_debug ("%s", failure->message);
  return FALSE;
}

/* Waits for the next segment of an output, and joins it or has it made once more. */
static gboolean
join_next (BbRenderMake *make, BbRenderOutput *output, GCancellable *cancellable, GError **error)
{
  BbRender *render = make->render;
  GError *failure = NULL;
  g_autoptr (BbSegment) segment = wait_for_segment (make, output, cancellable, &failure);
  gboolean joined =
    failure == NULL && segment != NULL && join_segment (output, segment, cancellable, &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  if (!joined)
    {
      if (segment != NULL)
        bb_render_output_forget (output, segment);
      return redo (make, output, error);
    }
  output->n_joined++;
  output->n_tries = 0;
  output->begin = segment->end;
  output->next = segment->next;
  if (segment->shortfall != NULL)
    g_set_str (&render->shortfall, segment->shortfall);
  return output->next == BB_SEGMENT_NONE || bb_render_check_space (render, error);
}

/* The output whose join has come least far. */
static BbRenderOutput *
find_next (BbRender *render)
{
  BbRenderOutput *next = NULL;

  for (guint i = 0; i < render->n_outputs; i++)
    {
      BbRenderOutput *output = &render->output[i];

      if (output->next != BB_SEGMENT_NONE && (next == NULL || output->next < next->next))
        next = output;
    }
  return next;
}

/* Joins all segments of all outputs, each as soon as it is there. */
gboolean
bb_render_join_all (BbRenderMake *make, GCancellable *cancellable, GError **error)
{
  BbRenderOutput *output;

  while ((output = find_next (make->render)) != NULL)
    if (!join_next (make, output, cancellable, error))
      return FALSE;
  return TRUE;
}

/* A file may get another name than the one it was to have. */
static gboolean
commit (BbRenderOutput *output, GError **error)
{
  if (!bb_sink_commit (output->sink, error))
    return FALSE;
  g_mutex_lock (&output->render->lock);
  g_set_str (&output->path, bb_sink_get_path (output->sink));
  g_mutex_unlock (&output->render->lock);
  return TRUE;
}

/* Gives the targets their names, once all of them are whole. Who only makes segments has none. */
gboolean
bb_render_finish (BbRender *render, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < render->n_outputs; i++)
    if (render->output[i].sink != NULL &&
        !bb_sink_finish (render->output[i].sink, cancellable, error))
      return FALSE;
  for (guint i = 0; i < render->n_outputs; i++)
    if (render->output[i].sink != NULL && !commit (&render->output[i], error))
      return FALSE;
  for (guint i = 0; i < render->n_outputs; i++)
    if (render->output[i].sink != NULL && !bb_segment_folder_remove (render->output[i].folder))
      g_debug ("“%s” stays", bb_segment_folder_get_path (render->output[i].folder));
  return TRUE;
}
