/* bb-thumbnails.c: small pictures of a clip, for a timeline, and of looks of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-thumbnails.h"

#include "bb-file-name.h"
#include "bb-niceness.h"
#include "blurbox.h"

#include <math.h>

/* Instants closer than this are reached by decoding on and are exact; others are at keyframes.
 * Nanoseconds. */
#define DENSE 3000000000

typedef struct {
  GFile *file;
  gint64 *times;
  guint n_times;
  int height;
  GPtrArray *recipes; /* (nullable): of BbRecipe, each for a picture of the first instant */
  int size;           /* of the longer side of those */
  const BbPresentOptions *options;
  BbThumbnailFunc func;
  gpointer func_data;

  /* Of the thread. */
  BbSource *source;
  BbEngine *engine;
  BbFrame *frame; /* the last one that was read */
  gint64 begin;   /* when that is shown */
  gint64 end;
  BbPicture *picture;
  gint64 picture_pts;
} Load;

typedef struct {
  GTask *task;
  guint index;
  BbPicture *picture;
} Delivery;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_object_unref (load->file);
  g_free (load->times);
  g_clear_pointer (&load->recipes, g_ptr_array_unref);
  g_clear_pointer (&load->frame, bb_frame_unref);
  g_clear_pointer (&load->picture, bb_picture_unref);
  g_clear_pointer (&load->source, bb_source_free);
  g_clear_pointer (&load->engine, bb_engine_free);
  g_free (load);
}

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  bb_picture_unref (delivery->picture);
  g_object_unref (delivery->task);
  g_free (delivery);
}

static gboolean
deliver_cb (gpointer data)
{
  Delivery *delivery = data;
  Load *load = g_task_get_task_data (delivery->task);

  if (!g_cancellable_is_cancelled (g_task_get_cancellable (delivery->task)))
    load->func (delivery->index, delivery->picture, load->func_data);
  return G_SOURCE_REMOVE;
}

static void
deliver (GTask *task, guint index, BbPicture *picture)
{
  Delivery *delivery = g_new0 (Delivery, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  delivery->task = g_object_ref (task);
  delivery->index = index;
  delivery->picture = bb_picture_ref (picture);
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, deliver_cb, delivery, delivery_free);
  g_source_set_static_name (source, "Blurbox thumbnail");
  g_source_attach (source, g_task_get_context (task));
}

/* Gets the engine ready for pictures of that size. */
static gboolean
set_output (Load *load, BbRecipe *recipe, int width, int height, GError **error)
{
  const BbSourceInfo *info = bb_source_get_info (load->source);
  BbEngineOutput output = { .recipe = recipe, .target = info->format };

  output.target.width = width;
  output.target.height = height;
  output.target.depth = 8;
  output.target.chroma_shift_x = output.target.chroma_shift_y = 0;
  return bb_engine_set_outputs (load->engine, info, &output, 1, error) &&
         bb_engine_prepare (load->engine, 1, error);
}

/* The whole picture, upright, in square pixels. */
static gboolean
prepare (Load *load, GError **error)
{
  const BbSourceInfo *info = bb_source_get_info (load->source);
  gboolean transposed = (info->orientation & BB_ORIENTATION_TRANSPOSE) != 0;
  double sample_aspect = (double) info->sar_num / info->sar_den;
  double aspect = sample_aspect * info->format.width / info->format.height;
  BbRecipeValues values;
  g_autoptr (BbRecipe) recipe = NULL;

  if (transposed)
    aspect = 1.0 / aspect;
  bb_recipe_values_init (&values);
  values.height = CLAMP (load->height, 2, 4096);
  values.width = (int) CLAMP (lround (values.height * aspect), 2, 16384);
  values.background = BB_BACKGROUND_COLOR;
  values.zoom = 1.0;
  recipe = bb_recipe_new (&values, error);
  return recipe != NULL && set_output (load, recipe, values.width, values.height, error);
}

/* What a recipe makes of the source, small. */
static gboolean
prepare_look (Load *load, BbRecipe *recipe, GError **error)
{
  g_autoptr (BbRecipe) settled = bb_device_settle (bb_engine_get_device (load->engine), recipe);
  const BbRecipeValues *values = bb_recipe_get (settled);
  double scale = (double) load->size / MAX (values->width, values->height);

  return set_output (load, settled, MAX ((int) lround (values->width * scale), 2),
                     MAX ((int) lround (values->height * scale), 2), error);
}

/* Reads on. %FALSE without an error is the end. */
static gboolean
read_on (Load *load, GCancellable *cancellable, GError **error)
{
  const BbSourceInfo *info = bb_source_get_info (load->source);
  BbFrame *frame = bb_source_read (load->source, cancellable, error);

  if (frame == NULL)
    return FALSE;
  g_clear_pointer (&load->frame, bb_frame_unref);
  load->frame = frame;
  load->begin = bb_source_info_get_time (info, frame->pts);
  load->end = bb_source_info_get_time (info, frame->pts + frame->duration);
  return TRUE;
}

/* Gets the frame for an instant, or the one before the end. */
static gboolean
go_to (Load *load, gint64 time, gboolean dense, GCancellable *cancellable, GError **error)
{
  GError *failure = NULL;

  if (dense && load->frame != NULL && time >= load->end && time < load->end + DENSE)
    {
      while (load->end <= time && read_on (load, cancellable, &failure))
        ;
    }
  else if (load->frame == NULL || time < load->begin || time >= load->end)
    {
      gboolean sought = dense ? bb_source_seek (load->source, time, cancellable, &failure)
                              : bb_source_seek_near (load->source, time, cancellable, &failure);

      if (sought)
        read_on (load, cancellable, &failure);
    }
  if (failure == NULL)
    return load->frame != NULL;
  g_propagate_error (error, failure);
  return FALSE;
}

static gboolean
make (Load *load, GError **error)
{
  g_autoptr (BbBatch) out = NULL;

  /* Several instants may share a frame. */
  if (load->picture != NULL && load->picture_pts == load->frame->pts)
    return TRUE;
  if (!bb_engine_upload (load->engine, &load->frame, 1, error) ||
      !bb_engine_run (load->engine, &out, NULL, error))
    return FALSE;
  g_clear_pointer (&load->picture, bb_picture_unref);
  load->picture =
    bb_device_present (bb_engine_get_device (load->engine), out->frame[0], load->options, error);
  if (load->picture == NULL)
    return FALSE;
  load->picture_pts = load->frame->pts;
  load->picture->time = load->begin;
  return TRUE;
}

/* Opens the source, and the engine that makes the pictures. */
static gboolean
open_source (Load *load, GError **error)
{
  g_autofree char *path = bb_file_get_local_path (load->file, error);
  g_autoptr (BbDevice) device = NULL;

  if (path == NULL)
    return FALSE;
  load->source = bb_source_new (path, error);
  if (load->source == NULL)
    return FALSE;
  /* What cannot be tone-mapped is shown as it is. */
  bb_source_set_tone_map (load->source, TRUE, NULL);
  device = bb_devices_open_cpu (1);
  load->engine = bb_engine_new (device);
  return TRUE;
}

/* Makes one picture of each look. A look with a file that cannot be read has none. */
static gboolean
run_looks (GTask *task, Load *load, GError **error)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (!go_to (load, load->times[0], TRUE, cancellable, error))
    return FALSE;
  for (guint i = 0; i < load->recipes->len; i++)
    {
      g_autoptr (GError) problem = NULL;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      g_clear_pointer (&load->picture, bb_picture_unref);
      if (prepare_look (load, load->recipes->pdata[i], &problem) && make (load, &problem))
        deliver (task, i, load->picture);
      else
        g_info ("Picture of a look: %s", problem->message);
    }
  return TRUE;
}

static gboolean
run_times (GTask *task, Load *load, GError **error)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  gint64 spacing = G_MAXINT64;

  if (!prepare (load, error))
    return FALSE;
  for (guint i = 1; i < load->n_times; i++)
    spacing = MIN (spacing, ABS (load->times[i] - load->times[i - 1]));
  for (guint i = 0; i < load->n_times; i++)
    {
      GError *failure = NULL;

      if (go_to (load, load->times[i], spacing < DENSE, cancellable, &failure) &&
          make (load, &failure))
        deliver (task, i, load->picture);
      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gpointer
load_thread (gpointer data)
{
  g_autoptr (GTask) task = G_TASK (data);
  Load *load = g_task_get_task_data (task);
  GError *error = NULL;

  bb_niceness_enter (BB_NICENESS_THUMBNAILS);
  if (open_source (load, &error) &&
      (load->recipes != NULL ? run_looks (task, load, &error) : run_times (task, load, &error)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  return NULL;
}

/* Starts the thread that takes @task and works on @load. */
static void
start (GTask *task, Load *load)
{
  GError *error = NULL;
  GThread *thread;

  g_task_set_task_data (task, load, load_free);
  thread = bb_thread_new ("bb-thumbnails", load_thread, task, &error);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * bb_thumbnails_load_async:
 * @file: a local file
 * @times: (array length=n_times): instants in nanoseconds from the source's start, best in order
 * @n_times: how many
 * @height: rows of the pictures
 * @options: (nullable): what is shown as it is; stays valid until @callback
 * @func: takes the pictures one by one, in order
 * @func_data: data for @func
 * @cancellable: (nullable): a cancellable; @func is not called any more once it is cancelled
 * @callback: (nullable): called after the last picture
 * @user_data: data for @callback
 *
 * Makes small pictures of a clip, upright and in square pixels, in SDR, on a thread that stands back.
 * Where the instants are close together they are exact, else they are those of keyframes, which are
 * quick to reach.
 */
void
bb_thumbnails_load_async (GFile *file, const gint64 *times, guint n_times, int height,
                          const BbPresentOptions *options, BbThumbnailFunc func, gpointer func_data,
                          GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Load *load = g_new0 (Load, 1);

  load->file = g_object_ref (file);
  load->times = g_memdup2 (times, n_times * sizeof (gint64));
  load->n_times = n_times;
  load->height = height;
  load->options = options;
  load->func = func;
  load->func_data = func_data;
  g_task_set_source_tag (task, bb_thumbnails_load_async);
  start (task, load);
}

/**
 * bb_thumbnails_load_looks_async:
 * @file: a local file
 * @time: an instant in nanoseconds from the source's start
 * @recipes: (element-type BbRecipe): looks
 * @size: pixels of the longer side of the pictures
 * @options: (nullable): what is shown as it is; stays valid until @callback
 * @func: takes the pictures one by one, in order, each with the number of its recipe
 * @func_data: data for @func
 * @cancellable: (nullable): a cancellable; @func is not called any more once it is cancelled
 * @callback: (nullable): called after the last picture, for bb_thumbnails_load_finish()
 * @user_data: data for @callback
 *
 * Makes a small picture of what each recipe makes of the frame at @time, on a thread that stands back.
 * A recipe with a file that cannot be read is left out.
 */
void
bb_thumbnails_load_looks_async (GFile *file, gint64 time, GPtrArray *recipes, int size,
                                const BbPresentOptions *options, BbThumbnailFunc func,
                                gpointer func_data, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Load *load = g_new0 (Load, 1);

  load->file = g_object_ref (file);
  load->times = g_memdup2 (&time, sizeof time);
  load->n_times = 1;
  load->recipes = g_ptr_array_ref (recipes);
  load->size = size;
  load->options = options;
  load->func = func;
  load->func_data = func_data;
  g_task_set_source_tag (task, bb_thumbnails_load_looks_async);
  start (task, load);
}

/**
 * bb_thumbnails_load_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_thumbnails_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
