/* bb-render.c: from a file to a finished file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-render-private.h"

#include "bb-error.h"
#include "bb-leftover.h"
#include "bb-phases.h"

#include <glib/gi18n-lib.h>

/**
 * bb_render_new:
 * @input: name of the source file
 * @output: (nullable): name of the target file; %NULL where the recipe's encoder is `none`
 * @recipe: what to make
 * @overwrite: whether a file that is there may be replaced
 *
 * See bb_render_add_output() for further outputs.
 *
 * Returns: (transfer full): a render that has not started
 */
BbRender *
bb_render_new (const char *input, const char *output, BbRecipe *recipe, gboolean overwrite)
{
  BbRender *render = g_new0 (BbRender, 1);

  render->input = g_strdup (input);
  render->overwrite = overwrite;
  render->notices = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  render->gate = bb_gate_new ();
  g_cond_init (&render->changed);
  g_mutex_init (&render->lock);
  bb_render_output_init (&render->output[render->n_outputs++], render, output, recipe);
  return render;
}

/**
 * bb_render_free:
 * @render: (transfer full): a render that does not run
 */
void
bb_render_free (BbRender *render)
{
  g_free (render->input);
  for (guint i = 0; i < render->n_outputs; i++)
    bb_render_output_clear (&render->output[i]);
  g_free (render->shortfall);
  g_free (render->plan);
  g_free (render->planned_encoder);
  g_clear_pointer (&render->missing, g_array_unref);
  g_ptr_array_unref (render->notices);
  g_cond_clear (&render->changed);
  bb_gate_free (render->gate);
  g_mutex_clear (&render->lock);
  g_free (render);
}

/**
 * bb_render_set_progress:
 * @render: a render
 * @func: gets the figures
 * @user_data: data for @func
 */
void
bb_render_set_progress (BbRender *render, BbRenderProgressFunc func, gpointer user_data)
{
  render->progress = func;
  render->progress_data = user_data;
}

/**
 * bb_render_set_workers:
 * @render: a render that has not run
 * @n_workers: how many segments are made at once, each with a decoder and an encoder of its own; 0
 *   leaves that to the render, which tries how many are worth it
 */
void
bb_render_set_workers (BbRender *render, guint n_workers)
{
  render->n_workers = n_workers;
}

/**
 * bb_render_set_fresh:
 * @render: a render that has not run
 * @fresh: whether it begins anew where an earlier one of the same target has left segments
 */
void
bb_render_set_fresh (BbRender *render, gboolean fresh)
{
  render->fresh = fresh;
}

/**
 * bb_render_set_paused:
 * @render: a render
 * @paused: whether it waits
 *
 * Holds the render, on any thread, before or while it runs. Each stage ends the piece that it is
 * at, a frame or a part of a batch, and waits; time that passes so does not count in the figures.
 * A render that waits can be cancelled, and one that has its last frame is finished nevertheless.
 */
void
bb_render_set_paused (BbRender *render, gboolean paused)
{
  bb_gate_set_closed (render->gate, paused);
}

void
bb_render_add_notice (BbRender *render, char *text)
{
  g_mutex_lock (&render->lock);
  g_ptr_array_add (render->notices, text);
  g_mutex_unlock (&render->lock);
}

/* What the recipes of all outputs have in common: trim and work. */
const BbRecipeValues *
bb_render_get_values (BbRender *render)
{
  return bb_recipe_get (render->output[0].recipe);
}

static gboolean
run (BbRender *render, GCancellable *cancellable, GError **error)
{
  return bb_render_open (render, BB_RENDER_PICTURE | BB_RENDER_TARGET, cancellable, error) &&
         bb_render_open_folder (render, cancellable, error) &&
         bb_render_make (render, 0, BB_SEGMENT_NONE, cancellable, error);
}

void
bb_render_begin (BbRender *render)
{
  render->start_time = bb_phase_begin ();
  render->paused_before = bb_gate_get_closed_seconds (render->gate);
}

static void
take_notices (BbRender *render)
{
  for (guint i = 0; i < render->n_outputs; i++)
    {
      BbRenderOutput *output = &render->output[i];
      g_auto (GStrv) notices = output->sink != NULL ? bb_sink_get_notices (output->sink) : NULL;

      for (guint j = 0; notices != NULL && notices[j] != NULL; j++)
        bb_render_output_add_notice (output, g_strdup (notices[j]));
    }
  if (render->stats.corrupt > 0)
    bb_render_add_notice (render,
                          g_strdup_printf (ngettext ("%u damaged part of the source was skipped",
                                                     "%u damaged parts of the source were skipped",
                                                     render->stats.corrupt),
                                           render->stats.corrupt));
}

/* What is kept of a render that did not come to its end. */
static void
note_kept (BbRender *render)
{
  gint64 total = render->stats.total_frames * render->n_outputs;
  gint64 kept = 0;

  for (guint i = 0; i < render->n_outputs; i++)
    {
      g_autoptr (GPtrArray) segments = NULL;

      if (render->output[i].folder == NULL)
        continue;
      segments = bb_segment_folder_load (render->output[i].folder, &render->job.table, 0,
                                         BB_SEGMENT_NONE, NULL);
      for (guint j = 0; j < segments->len; j++)
        kept += ((const BbSegment *) segments->pdata[j])->n_frames;
    }
  if (kept > 0 && total > 0)
    bb_render_add_notice (render,
                          g_strdup_printf (_ ("%d %% is kept: the same render goes on from there"),
                                           (int) MIN (100 * kept / total, 99)));
}

void
bb_render_end (BbRender *render, gboolean done, GCancellable *cancellable, GError **error)
{
  gint64 begin;

  /* With its file gone a container may fail in ways of its own. */
  if (!done && g_cancellable_is_cancelled (cancellable))
    {
      g_clear_error (error);
      g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  take_notices (render);
  if (!done)
    note_kept (render);
  begin = bb_phase_begin ();
  bb_render_close (render, cancellable);
  bb_phase_end (BB_PHASE_CLOSE, begin, 0);
}

/**
 * bb_render_run:
 * @render: a render that has not run
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Renders the file; blocks until that is done, so call it on a thread of its own. The picture is made
 * in segments of about 10 s, which are kept in a hidden folder beside the target until they are
 * joined. Where an earlier render of the same target, source and recipe has left some, only the others
 * are made: the file becomes the same to the byte.
 *
 * On failure nothing is left where the target would have been; when g_cancellable_cancel() returns the
 * unfinished file is gone already, and this call returns as soon as the encoder lets it. Segments that
 * are whole stay for a render that goes on, see bb_render_discard(). Several outputs get their names
 * when all of them are whole.
 *
 * Returns: %TRUE, or %FALSE with an error of the domain %BB_ERROR or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_render_run (BbRender *render, GCancellable *cancellable, GError **error)
{
  GError *failure = NULL;
  gboolean done;

  bb_render_begin (render);
  done = run (render, cancellable, &failure);
  bb_render_end (render, done, cancellable, &failure);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return done;
}

/**
 * bb_render_discard:
 * @output: name of a target
 *
 * Removes what an unfinished render of it has left, unless one is running.
 *
 * Returns: whether nothing is left
 */
gboolean
bb_render_discard (const char *output)
{
  g_autofree char *beside = bb_segment_folder_find (output);
  g_autofree char *elsewhere = bb_segment_folder_find_elsewhere (output);
  gboolean removed = bb_leftover_remove (elsewhere, NULL);

  return (beside == NULL || bb_leftover_remove (beside, NULL)) && removed;
}

/**
 * bb_render_get_cache_folder:
 *
 * Returns: (transfer full): where segments are kept whose target allows no folder beside it
 */
char *
bb_render_get_cache_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "blurbox", NULL);
}

/**
 * bb_render_get_stats:
 * @render: a render
 * @stats: (out caller-allocates): figures
 *
 * May be called on any thread, while the render runs.
 */
void
bb_render_get_stats (BbRender *render, BbRenderStats *stats)
{
  g_mutex_lock (&render->lock);
  *stats = render->stats;
  g_mutex_unlock (&render->lock);
}

/**
 * bb_render_get_output:
 * @render: a render
 *
 * Returns: (transfer full) (nullable): name of the target, of the first one where there are several.
 *   Where a file of the name that was asked for has appeared during the render and may not be replaced,
 *   it is another one; who asked should be told
 */
char *
bb_render_get_output (BbRender *render)
{
  return bb_render_get_nth_output (render, 0);
}

/**
 * bb_render_get_shortfall:
 * @render: a render that has run
 *
 * Returns: (transfer none) (nullable): that the source broke off, a sentence: the target is finished
 *   and kept, but it is not all that was wanted
 */
const char *
bb_render_get_shortfall (BbRender *render)
{
  return render->shortfall;
}

/**
 * bb_render_get_notices:
 * @render: a render
 *
 * Returns: (transfer full): what its user should know although it did not fail, a sentence each
 */
GStrv
bb_render_get_notices (BbRender *render)
{
  GStrv notices;

  g_mutex_lock (&render->lock);
  notices = g_strdupv ((GStrv) render->notices->pdata);
  g_mutex_unlock (&render->lock);
  return notices;
}
