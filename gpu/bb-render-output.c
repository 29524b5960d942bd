/* bb-render-output.c: the targets of a render
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each output has a folder of segments of its own, exactly as if it were rendered alone: what a render of
 * several has left a render of one goes on with, and the other way round.
 */

#include "config.h"

#include "bb-render-private.h"

#include "bb-error.h"
#include "media/bb-output-file.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

void
bb_render_output_init (BbRenderOutput *output, BbRender *render, const char *path, BbRecipe *recipe)
{
  const BbRecipeValues *values = bb_recipe_get (recipe);

  *output = (BbRenderOutput) {
    .render = render,
    .number = (guint) (output - render->output),
    .path = g_strdup (path),
    .name = path != NULL ? g_filename_display_name (path) : NULL,
    .recipe = bb_recipe_ref (recipe),
    .stats = { .width = values->width, .height = values->height },
    .done = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) bb_segment_free),
    .made = g_hash_table_new (NULL, NULL),
    .begin = G_MININT64,
  };
}

void
bb_render_output_clear (BbRenderOutput *output)
{
  g_free (output->path);
  g_free (output->name);
  bb_recipe_unref (output->recipe);
  g_hash_table_unref (output->done);
  g_hash_table_unref (output->made);
}

/* Frees what was opened. */
void
bb_render_output_close (BbRenderOutput *output, gboolean cancelled)
{
  if (cancelled)
    g_clear_pointer (&output->first_encoder, bb_video_encoder_abandon);
  g_clear_pointer (&output->first_encoder, bb_video_encoder_free);
  g_clear_pointer (&output->sink, bb_sink_free);
  g_clear_pointer (&output->found, g_ptr_array_unref);
  g_clear_pointer (&output->folder, bb_segment_folder_free);
}

/* Takes the text. Where there are several outputs it says which one is meant. */
void
bb_render_output_add_notice (BbRenderOutput *output, char *text)
{
  if (output->render->n_outputs > 1 && output->name != NULL && strstr (text, output->name) == NULL)
    {
      /* Translators: the name of a file, and what its user should know */
      char *named = g_strdup_printf (_ ("“%s”: %s"), output->name, text);

      g_free (text);
      text = named;
    }
  bb_render_add_notice (output->render, text);
}

/* Has an error say which one of several outputs it is of. */
void
bb_render_output_name_error (BbRenderOutput *output, GError **error)
{
  char *named;

  if (output->render->n_outputs == 1 || output->name == NULL || error == NULL || *error == NULL ||
      (*error)->domain != BB_ERROR || strstr ((*error)->message, output->name) != NULL)
    return;
  /* Translators: the name of a file, and what is wrong */
  named = g_strdup_printf (_ ("“%s”: %s"), output->name, (*error)->message);
  g_free ((*error)->message);
  (*error)->message = named;
}

/* A segment is made. Under the render's lock. */
void
bb_render_output_count (BbRenderOutput *output, const BbSegment *segment)
{
  BbRenderStats *stats = &output->render->stats;

  if (!g_hash_table_add (output->made, GUINT_TO_POINTER (segment->index)))
    return;
  output->n_corrupt += segment->n_corrupt;
  output->stats.video_bytes += segment->video_bytes;
  stats->video_bytes += segment->video_bytes;
  if (segment->index != 0)
    return;
  output->stats.first_bytes = segment->first_bytes;
  stats->first_bytes += segment->first_bytes;
}

/* A segment has to be made once more. */
void
bb_render_output_forget (BbRenderOutput *output, const BbSegment *segment)
{
  BbRender *render = output->render;

  if (segment->path != NULL)
    g_unlink (segment->path);
  g_mutex_lock (&render->lock);
  g_hash_table_remove (output->made, GUINT_TO_POINTER (segment->index));
  output->n_corrupt -= segment->n_corrupt;
  output->stats.video_bytes -= segment->video_bytes;
  render->stats.video_bytes -= segment->video_bytes;
  if (segment->index == 0)
    render->stats.first_bytes -= segment->first_bytes;
  g_mutex_unlock (&render->lock);
}

/* Whether two names lead to one file, which need not be there yet. */
static gboolean
is_same_target (const char *a, const char *b)
{
  g_autofree char *target_a = bb_output_file_resolve (a);
  g_autofree char *target_b = bb_output_file_resolve (b);
  g_autofree char *folder_a = target_a != NULL ? g_path_get_dirname (target_a) : NULL;
  g_autofree char *folder_b = target_b != NULL ? g_path_get_dirname (target_b) : NULL;
  g_autofree char *base_a = g_path_get_basename (target_a != NULL ? target_a : a);
  g_autofree char *base_b = g_path_get_basename (target_b != NULL ? target_b : b);
  GStatBuf info_a, info_b;

  if (g_stat (a, &info_a) == 0 && g_stat (b, &info_b) == 0)
    return info_a.st_dev == info_b.st_dev && info_a.st_ino == info_b.st_ino;
  if (folder_a == NULL || folder_b == NULL || !g_str_equal (base_a, base_b))
    return FALSE;
  if (g_stat (folder_a, &info_a) == 0 && g_stat (folder_b, &info_b) == 0)
    return info_a.st_dev == info_b.st_dev && info_a.st_ino == info_b.st_ino;
  return g_str_equal (folder_a, folder_b);
}

static gboolean
check_target (BbRender *render, const char *path, GError **error)
{
  for (guint i = 0; i < render->n_outputs; i++)
    {
      const char *other = render->output[i].path;
      g_autofree char *name = NULL;

      if (path == NULL || other == NULL || !is_same_target (path, other))
        continue;
      name = g_filename_display_name (path);
      g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                   _ ("Two outputs would both be “%s”: choose another name for one of them"), name);
      return FALSE;
    }
  return TRUE;
}

/* All outputs are made of the same frames, on the same device. */
static gboolean
check_common (BbRender *render, const BbRecipe *recipe, GError **error)
{
  const BbRecipeValues *first = bb_render_get_values (render);
  const BbRecipeValues *values = bb_recipe_get (recipe);

  if (!bb_recipe_values_equal_parts (first, values, BB_RECIPE_TRIM))
    {
      g_set_error_literal (
        error, BB_ERROR, BB_ERROR_INVALID,
        _ ("Outputs of one render cannot be trimmed differently: give all of them "
           "one start and end, or render them apart"));
      return FALSE;
    }
  if (bb_recipe_values_equal_parts (first, values, BB_RECIPE_WORK))
    return TRUE;
  g_set_error_literal (error, BB_ERROR, BB_ERROR_INVALID,
                       _ ("Outputs of one render cannot differ in device, batch or precision: give "
                          "all of them the same, or render them apart"));
  return FALSE;
}

/**
 * bb_render_add_output:
 * @render: a render that has not run
 * @output: (nullable): name of another target; %NULL where the recipe's encoder is `none`
 * @recipe: what to make of it. Trim and work (device, batch, precision) are the first output's; look,
 *   framing and output settings are its own
 * @error: return location for an error
 *
 * Has the render make one file more. All of them come from one decode and one upload; each becomes the
 * same to the byte as if it were rendered alone, and has its own folder of segments: where an earlier
 * render, of one or of several, has left some, only the others are made.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID where the recipe does not go with the first one or
 *   there are too many, or %BB_ERROR_OUTPUT where another output has the same target
 */
gboolean
bb_render_add_output (BbRender *render, const char *output, BbRecipe *recipe, GError **error)
{
  if (render->n_outputs == BB_RENDER_MAX_OUTPUTS)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _ ("A render has %d outputs at most: make the others with another one"),
                   BB_RENDER_MAX_OUTPUTS);
      return FALSE;
    }
  if (!check_common (render, recipe, error) || !check_target (render, output, error))
    return FALSE;
  bb_render_output_init (&render->output[render->n_outputs], render, output, recipe);
  render->n_outputs++;
  return TRUE;
}

/**
 * bb_render_get_n_outputs:
 * @render: a render
 *
 * Returns: how many outputs it has
 */
guint
bb_render_get_n_outputs (BbRender *render)
{
  return render->n_outputs;
}

/**
 * bb_render_get_nth_output:
 * @render: a render
 * @number: which output, below bb_render_get_n_outputs()
 *
 * Returns: (transfer full) (nullable): name of its target, see bb_render_get_output()
 */
char *
bb_render_get_nth_output (BbRender *render, guint number)
{
  char *output;

  g_return_val_if_fail (number < render->n_outputs, NULL);

  g_mutex_lock (&render->lock);
  output = g_strdup (render->output[number].path);
  g_mutex_unlock (&render->lock);
  return output;
}

/**
 * bb_render_get_nth_stats:
 * @render: a render
 * @number: which output, below bb_render_get_n_outputs()
 * @stats: (out caller-allocates): its figures
 *
 * May be called on any thread, while the render runs.
 */
void
bb_render_get_nth_stats (BbRender *render, guint number, BbRenderOutputStats *stats)
{
  g_return_if_fail (number < render->n_outputs);

  g_mutex_lock (&render->lock);
  *stats = render->output[number].stats;
  g_mutex_unlock (&render->lock);
}
