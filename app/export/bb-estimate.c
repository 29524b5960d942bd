/* bb-estimate.c: how large a file will become
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parts of the clip are rendered for real, into a temporary folder. Each begins with a key frame,
 * which the whole film has only one of in many: it is counted apart from the frames that follow.
 */

#include "config.h"

#include "bb-estimate.h"

#include "bb-niceness.h"
#include "blurbox.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define SECOND G_GINT64_CONSTANT (1000000000)
#define N_PARTS 3
#define PART SECOND
/* Frames from one key frame to the next where the picture is calm: what x264 and x265 do. */
#define KEY_INTERVAL 250
/* What a container takes however short the film is. */
#define CONTAINER_BYTES 1500

typedef struct {
  char *input;
  BbRecipe *recipe;
  char *extension;
  BbEstimateFunc progress;
  gpointer user_data;

  /* of the source and the trim */
  gint64 start;
  gint64 length;
  double n_frames; /* 0 where unknown */
  gboolean whole;

  /* of the parts so far */
  int n_parts;
  gint64 frames;
  gint64 first_bytes;
  gint64 next_bytes;
  gint64 other_bytes;
  gint64 rendered;
} Estimate;

static void
estimate_free (gpointer data)
{
  Estimate *estimate = data;

  g_free (estimate->input);
  g_free (estimate->extension);
  bb_recipe_unref (estimate->recipe);
  g_free (estimate);
}

static gboolean
look_at_source (Estimate *estimate, GError **error)
{
  const BbRecipeValues *values = bb_recipe_get (estimate->recipe);
  g_autoptr (BbSource) source = bb_source_new (estimate->input, error);
  const BbSourceInfo *info;
  gint64 end;

  if (source == NULL)
    return FALSE;
  info = bb_source_get_info (source);
  end = values->end >= 0 && (info->duration <= 0 || values->end < info->duration) ? values->end
                                                                                  : info->duration;
  estimate->start = values->start;
  estimate->length = end - values->start;
  if (estimate->length <= 0)
    {
      g_autofree char *name = g_filename_display_name (estimate->input);

      g_set_error (error, BB_ERROR, BB_ERROR_INPUT,
                   _("How long “%s” is cannot be told: its size is known when it is made"), name);
      return FALSE;
    }
  estimate->n_frames =
    info->duration > 0 ? (double) info->n_frames * (double) estimate->length / (double) info->duration
                       : 0.0;
  estimate->whole = estimate->length <= N_PARTS * PART;
  return TRUE;
}

static gint64
get_size (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 ? (gint64) info.st_size : 0;
}

static gboolean
render_part (Estimate *estimate,
             const char *folder,
             gint64 start,
             gint64 length,
             GCancellable *cancellable,
             GError **error)
{
  g_autofree char *name = g_strdup_printf ("part.%s", estimate->extension);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  BbRecipeValues values = *bb_recipe_get (estimate->recipe);
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (BbRender) render = NULL;
  BbRenderStats stats;
  gint64 size;

  values.start = start;
  values.end = start + length;
  recipe = bb_recipe_new (&values, error);
  if (recipe == NULL)
    return FALSE;
  render = bb_render_new (estimate->input, path, recipe, TRUE);
  if (!bb_render_run (render, cancellable, error))
    return FALSE;
  bb_render_get_stats (render, &stats);
  size = get_size (path);
  g_unlink (path);
  estimate->n_parts++;
  estimate->rendered += length;
  estimate->frames += stats.frames;
  estimate->first_bytes += stats.first_bytes;
  estimate->next_bytes += stats.video_bytes - stats.first_bytes;
  estimate->other_bytes += size - stats.video_bytes;
  return TRUE;
}

static gint64
extrapolate (const Estimate *estimate)
{
  double scale = (double) estimate->length / (double) estimate->rendered;
  double n_frames =
    estimate->n_frames > 0 ? estimate->n_frames : (double) estimate->frames * scale;
  double n_keys = 1.0 + n_frames / KEY_INTERVAL;
  double first = (double) estimate->first_bytes / estimate->n_parts;
  gint64 n_next = estimate->frames - estimate->n_parts;
  double next = n_next > 0 ? (double) estimate->next_bytes / (double) n_next : first;
  double other = (double) MAX (estimate->other_bytes - estimate->n_parts * CONTAINER_BYTES, 0);

  if (estimate->whole)
    return estimate->first_bytes + estimate->next_bytes + estimate->other_bytes;
  return (gint64) (n_keys * first + MAX (n_frames - n_keys, 0) * next + other * scale +
                   CONTAINER_BYTES);
}

typedef struct {
  BbEstimateFunc progress;
  gpointer user_data;
  GCancellable *cancellable;
  gint64 bytes;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  g_clear_object (&news->cancellable);
  g_free (news);
}

static gboolean
tell_cb (gpointer data)
{
  News *news = data;

  if (!g_cancellable_is_cancelled (news->cancellable))
    news->progress (news->bytes, news->user_data);
  return G_SOURCE_REMOVE;
}

static void
tell (GTask *task, gint64 bytes)
{
  Estimate *estimate = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  News *news = g_new0 (News, 1);

  news->progress = estimate->progress;
  news->user_data = estimate->user_data;
  news->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  news->bytes = bytes;
  g_main_context_invoke_full (g_task_get_context (task), G_PRIORITY_DEFAULT, tell_cb, news,
                              news_free);
}

static gboolean
render_parts (GTask *task, const char *folder, GError **error)
{
  Estimate *estimate = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (GError) reason = NULL;

  if (estimate->whole)
    return render_part (estimate, folder, estimate->start, estimate->length, cancellable, error);
  for (int i = 0; i < N_PARTS; i++)
    {
      gint64 middle = estimate->start + estimate->length * (2 * i + 1) / (2 * N_PARTS);

      /* A part without a frame tells nothing, but the others do. */
      if (!render_part (estimate, folder, middle - PART / 2, PART, cancellable,
                        reason == NULL ? &reason : NULL) &&
          g_cancellable_is_cancelled (cancellable))
        break;
      if (estimate->n_parts > 0 && estimate->progress != NULL && i < N_PARTS - 1)
        tell (task, extrapolate (estimate));
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (estimate->n_parts > 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static gpointer
estimate_thread (gpointer data)
{
  g_autoptr (GTask) task = data;
  Estimate *estimate = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *folder = NULL;
  gboolean done;

  bb_niceness_enter (BB_NICENESS_ESTIMATE);
  folder = g_dir_make_tmp ("blurbox-XXXXXX", &error);
  done = folder != NULL && look_at_source (estimate, &error) && render_parts (task, folder, &error);
  if (folder != NULL)
    g_rmdir (folder);
  if (done)
    g_task_return_int (task, extrapolate (estimate));
  else
    g_task_return_error (task, error);
  return NULL;
}

/**
 * bb_estimate_async:
 * @input: the source
 * @recipe: what to make
 * @extension: extension of the target's container, such as `mp4`
 * @cancellable: (nullable): a cancellable
 * @progress: (nullable): gets guesses before the last one
 * @callback: called when it is known
 * @user_data: data for both functions
 *
 * Estimates how large the finished file will be: renders three parts of a second with the very
 * encoder, a clip of three seconds or less as a whole, and extrapolates picture and sound.
 */
void
bb_estimate_async (GFile *input,
                   BbRecipe *recipe,
                   const char *extension,
                   GCancellable *cancellable,
                   BbEstimateFunc progress,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Estimate *estimate = g_new0 (Estimate, 1);
  GError *error = NULL;
  GThread *thread;

  g_task_set_source_tag (task, bb_estimate_async);
  g_task_set_task_data (task, estimate, estimate_free);
  estimate->input = g_file_get_path (input);
  estimate->recipe = bb_recipe_ref (recipe);
  estimate->extension = g_strdup (extension);
  estimate->progress = progress;
  estimate->user_data = user_data;
  if (estimate->input == NULL)
    {
      g_autofree char *name = g_file_get_parse_name (input);

      g_task_return_new_error (task, BB_ERROR, BB_ERROR_INPUT,
                               _("“%s” cannot be reached as a file: copy it to this computer first"),
                               name);
      return;
    }
  thread = bb_thread_new ("bb-estimate", estimate_thread, task, &error);
  if (thread == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_thread_unref (thread);
  /* The thread has the task now. */
  task = NULL;
}

/**
 * bb_estimate_finish:
 * @result: result of bb_estimate_async()
 * @error: return location for an error
 *
 * Returns: size of the finished file in bytes, or -1 with an error
 */
gint64
bb_estimate_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}
