/* bb-render.c: from a file to a finished file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-render.h"

#include "bb-engine.h"
#include "bb-error.h"
#include "bb-gate.h"
#include "bb-leftover.h"
#include "bb-memory.h"
#include "bb-phases.h"
#include "bb-pipeline.h"
#include "bb-thread.h"
#include "media/bb-sink.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define PROGRESS_INTERVAL (G_USEC_PER_SEC / 4)

struct _BbRender {
  char *input;
  char *output;
  BbRecipe *recipe;
  gboolean overwrite;
  BbRenderProgressFunc progress;
  gpointer progress_data;
  BbGate *gate;

  GMutex lock;
  BbRenderStats stats;
  GPtrArray *notices;
  char *shortfall;

  BbSource *source;
  BbEngine *engine;
  BbDevice *device; /* the engine's */
  BbSink *sink;
  gint64 start_time;
  double paused_before; /* seconds of pause before the start */
  gint64 last_progress;
};

/**
 * bb_render_new:
 * @input: name of the source file
 * @output: (nullable): name of the target file; %NULL where the recipe's encoder is `none`
 * @recipe: what to make
 * @overwrite: whether a file that is there may be replaced
 *
 * Returns: (transfer full): a render that has not started
 */
BbRender *
bb_render_new (const char *input, const char *output, BbRecipe *recipe, gboolean overwrite)
{
  BbRender *render = g_new0 (BbRender, 1);

  render->input = g_strdup (input);
  render->output = g_strdup (output);
  render->recipe = bb_recipe_ref (recipe);
  render->overwrite = overwrite;
  render->notices = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  render->gate = bb_gate_new ();
  g_mutex_init (&render->lock);
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
  g_free (render->output);
  g_free (render->shortfall);
  bb_recipe_unref (render->recipe);
  g_ptr_array_unref (render->notices);
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

static guint64
peak_memory (void)
{
  guint64 bytes = bb_memory_find ("/proc/self/status", "VmHWM:");

  return bytes != G_MAXUINT64 ? bytes : 0;
}

static void
update_stats (BbRender *render, const BbPipelineStats *pipeline)
{
  BbRenderStats *stats = &render->stats;

  g_mutex_lock (&render->lock);
  stats->frames = pipeline->frames;
  stats->batches = pipeline->batches;
  stats->seconds = (double) (g_get_monotonic_time () - render->start_time) * 1e-6 -
                   (bb_gate_get_closed_seconds (render->gate) - render->paused_before);
  stats->decode_seconds = pipeline->decode_seconds;
  stats->effect_seconds = pipeline->effect_seconds;
  stats->encode_seconds = pipeline->consume_seconds;
  stats->effect_cpu_seconds = bb_device_get_cpu_seconds (render->device);
  stats->peak_memory = peak_memory ();
  stats->corrupt = bb_source_get_n_corrupt (render->source);
  bb_sink_get_sizes (render->sink, &stats->video_bytes, &stats->first_bytes);
  g_mutex_unlock (&render->lock);
}

static void
report (BbRender *render, const BbPipelineStats *stats, gboolean last)
{
  gint64 now = g_get_monotonic_time ();
  BbRenderStats copy;

  if (!last && now - render->last_progress < PROGRESS_INTERVAL)
    return;
  render->last_progress = now;
  update_stats (render, stats);
  if (render->progress == NULL)
    return;
  bb_render_get_stats (render, &copy);
  render->progress (&copy, render->progress_data);
}

static gboolean
consume_cb (BbFrame *frame, const BbPipelineStats *stats, gpointer user_data,
            GCancellable *cancellable, GError **error)
{
  BbRender *render = user_data;
  gboolean done;

  if (stats->frames == 1)
    bb_phase_end (BB_PHASE_FIRST_FRAME, render->start_time, 0);
  done = bb_sink_write (render->sink, frame, cancellable, error);

  bb_frame_unref (frame);
  if (done)
    report (render, stats, FALSE);
  return done;
}

static void
add_notice (BbRender *render, char *text)
{
  g_mutex_lock (&render->lock);
  g_ptr_array_add (render->notices, text);
  g_mutex_unlock (&render->lock);
}

/* Prepares the engine for as many frames a batch as memory allows. */
static gboolean
prepare (BbRender *render, const BbFormat *target, GError **error)
{
  const BbEngineOutput output = { render->recipe, *target };
  guint batch = (guint) bb_recipe_get (render->recipe)->batch;

  if (!bb_engine_set_outputs (render->engine, bb_source_get_info (render->source), &output, 1,
                              error))
    return FALSE;
  batch = bb_engine_fit (render->engine, batch);
  if (batch > 0)
    return bb_engine_prepare (render->engine, batch, error);
  g_set_error (error, BB_ERROR, BB_ERROR_MEMORY,
               _ ("Not enough memory to make “%s” at %d×%d: choose a smaller canvas"),
               render->input, target->width, target->height);
  return FALSE;
}

/* Whoever shows figures reads them on another thread, also before the first frame. */
static void
set_batch (BbRender *render, guint batch)
{
  g_mutex_lock (&render->lock);
  render->stats.batch = (int) batch;
  g_mutex_unlock (&render->lock);
}

static void
set_name (BbRender *render, char *field, const char *name, gsize size)
{
  g_mutex_lock (&render->lock);
  g_strlcpy (field, name, size);
  g_mutex_unlock (&render->lock);
}

static void
report_batch (BbRender *render, guint batch)
{
  const BbRecipeValues *values = bb_recipe_get (render->recipe);

  set_batch (render, batch);
  if (batch < (guint) values->batch)
    /* Translators: a batch of frames, as large as memory allows, and as was asked for */
    add_notice (render,
                g_strdup_printf (ngettext ("Memory allows batches of %u frame, not %d",
                                           "Memory allows batches of %u frames, not %d", batch),
                                 batch, values->batch));
}

static gboolean
check_trim (BbRender *render, GError **error)
{
  const BbRecipeValues *values = bb_recipe_get (render->recipe);
  const BbSourceInfo *info = bb_source_get_info (render->source);
  g_autofree char *name = NULL;

  if (info->duration <= 0 || values->start < info->duration)
    return TRUE;
  name = g_filename_display_name (render->input);
  g_set_error (
    error, BB_ERROR, BB_ERROR_INVALID,
    _ ("The trim starts at %.3f s, but “%s” is only %.3f s long: choose an earlier start"),
    (double) values->start * 1e-9, name, (double) info->duration * 1e-9);
  return FALSE;
}

static void
estimate_frames (BbRender *render)
{
  const BbRecipeValues *values = bb_recipe_get (render->recipe);
  const BbSourceInfo *info = bb_source_get_info (render->source);
  gint64 end = values->end < 0 || (info->duration > 0 && values->end > info->duration)
                 ? info->duration
                 : values->end;
  gint64 n_frames = info->n_frames;

  if (info->duration > 0 && n_frames > 0 && (values->start > 0 || end < info->duration))
    n_frames =
      (gint64) ceil ((double) n_frames * (double) (end - values->start) / (double) info->duration);
  g_mutex_lock (&render->lock);
  render->stats.total_frames = n_frames;
  g_mutex_unlock (&render->lock);
}

/* Opens the file with an encoder, and has the source deliver what that takes. */
static gboolean
open_sink (BbRender *render, const BbEncoder *encoder, BbEncoderInput *input,
           GCancellable *cancellable, GError **error)
{
  if (!bb_encoder_get_input (encoder, render->recipe, bb_source_get_info (render->source),
                             bb_device_get_memory (render->device), input, error) ||
      !bb_source_set_tone_map (render->source, input->tone_map, error))
    return FALSE;
  render->sink = bb_sink_new (render->output, render->recipe, encoder, input, render->device,
                              render->source, render->overwrite, cancellable, error);
  if (render->sink == NULL)
    return FALSE;
  set_name (render, render->stats.encoder, encoder->name, sizeof render->stats.encoder);
  return TRUE;
}

/* The GPU's encoder where frames are there already, else or where it refuses @encoder. */
static gboolean
open_best_sink (BbRender *render, const BbEncoder *encoder, BbEncoderInput *input,
                GCancellable *cancellable, GError **error)
{
  const BbEncoder *on_gpu = bb_device_get_memory (render->device) == BB_MEMORY_DEVICE
                              ? bb_encoder_choose_on_gpu (render->recipe)
                              : NULL;
  g_autoptr (GError) failure = NULL;

  if (on_gpu != NULL)
    {
      if (open_sink (render, on_gpu, input, cancellable, &failure))
        return TRUE;
      if (!g_error_matches (failure, BB_ERROR, BB_ERROR_ENCODER) &&
          !g_error_matches (failure, BB_ERROR, BB_ERROR_DEVICE))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      g_debug ("%s", failure->message);
      /* Translators: two names of encoders */
      add_notice (render, g_strdup_printf (_ ("The GPU's encoder %s cannot be had (none there, or "
                                              "too many in use): %s encodes"),
                                           on_gpu->name, encoder->name));
    }
  return open_sink (render, encoder, input, cancellable, error);
}

/* A file may get another name than the one it was to have. */
static void
take_name (BbRender *render)
{
  const char *path = bb_sink_get_path (render->sink);

  if (path == NULL)
    return;
  g_mutex_lock (&render->lock);
  g_set_str (&render->output, path);
  g_mutex_unlock (&render->lock);
}

/* From here on the recipe has the device's own numbers. */
static void
settle (BbRender *render)
{
  BbRecipe *settled = bb_device_settle (render->device, render->recipe);

  bb_recipe_unref (render->recipe);
  render->recipe = settled;
}

typedef struct {
  BbRender *render;
  GCancellable *cancellable;
  GError *error;
} Task;

static gpointer
open_device_thread (gpointer data)
{
  Task *task = data;
  const BbRecipeValues *values = bb_recipe_get (task->render->recipe);

  task->render->engine = bb_engine_open (values->device, &task->error);
  return NULL;
}

/* What is known before a device is. */
static gboolean
open_source (BbRender *render, const BbEncoder *encoder, GError **error)
{
  BbEncoderInput input;

  render->source = bb_source_new (render->input, error);
  if (render->source == NULL || !check_trim (render, error))
    return FALSE;
  estimate_frames (render);
  /* What the encoder cannot have is said before anything else is done. */
  return bb_encoder_get_input (encoder, render->recipe, bb_source_get_info (render->source),
                               BB_MEMORY_HOST, &input, error);
}

/* A GPU's driver and context take tenths of a second, and so does a file: beside each other. */
static gboolean
open_both (BbRender *render, const BbEncoder *encoder, GError **error)
{
  Task task = { .render = render };
  GThread *thread = bb_thread_new ("bb-open", open_device_thread, &task, NULL);
  gboolean good = open_source (render, encoder, error);

  /* Without a thread to spare, one after the other. */
  if (thread != NULL)
    g_thread_join (thread);
  else if (good)
    open_device_thread (&task);
  if (good && render->engine != NULL)
    {
      render->device = bb_engine_get_device (render->engine);
      return TRUE;
    }
  if (good)
    g_propagate_error (error, g_steal_pointer (&task.error));
  g_clear_error (&task.error);
  return FALSE;
}

/* Opens the decoder where frames begin. */
static gboolean
begin_reading (BbRender *render, GCancellable *cancellable, GError **error)
{
  const BbRecipeValues *values = bb_recipe_get (render->recipe);

  return bb_source_set_device (render->source, render->device, FALSE, cancellable, error) &&
         (values->start <= 0 || bb_source_seek (render->source, values->start, cancellable, error));
}

static gpointer
preroll_thread (gpointer data)
{
  Task *task = data;

  return GINT_TO_POINTER (
    begin_reading (task->render, task->cancellable, &task->error) &&
    bb_source_preroll (task->render->source, task->cancellable, &task->error));
}

/* A GPU's decoder takes tenths of a second to open: beside the device's preparation. */
static gboolean
prepare_and_preroll (BbRender *render, const BbFormat *target, GCancellable *cancellable,
                     GError **error)
{
  Task task = { .render = render, .cancellable = cancellable };
  gint64 begin = bb_phase_begin ();
  GThread *thread = bb_device_get_memory (render->device) == BB_MEMORY_DEVICE
                      ? bb_thread_new ("bb-preroll", preroll_thread, &task, NULL)
                      : NULL;
  gboolean prepared = prepare (render, target, error);
  gboolean good;

  bb_phase_end (BB_PHASE_PREPARE, begin, 0);
  good = thread != NULL ? GPOINTER_TO_INT (g_thread_join (thread))
                        : prepared && begin_reading (render, cancellable, &task.error);
  if (prepared && !good)
    g_propagate_error (error, g_steal_pointer (&task.error));
  g_clear_error (&task.error);
  return prepared && good;
}

/* Frames that nobody encodes stay where they are. */
static BbMemory
get_target_memory (BbRender *render, const BbEncoderInput *input)
{
  return g_str_equal (render->stats.encoder, "none") ? bb_device_get_memory (render->device)
                                                     : input->memory;
}

static gboolean
run (BbRender *render, GCancellable *cancellable, GError **error)
{
  const BbRecipeValues *values;
  const BbEncoder *encoder;
  const BbSourceInfo *info;
  BbPipelineStats stats = { 0 };
  BbEncoderInput input;
  gboolean done;
  gint64 begin;
  gint64 end;

  encoder = bb_encoder_choose (render->recipe, error);
  if (encoder == NULL || !bb_encoder_check_container (encoder, render->output, error))
    return FALSE;
  if (!open_both (render, encoder, error))
    return FALSE;
  info = bb_source_get_info (render->source);
  settle (render);
  values = bb_recipe_get (render->recipe);
  if (bb_device_get_notice (render->device) != NULL)
    add_notice (render, g_strdup (bb_device_get_notice (render->device)));
  set_name (render, render->stats.device, bb_device_get_description (render->device),
            sizeof render->stats.device);
  begin = bb_phase_begin ();
  if (!open_best_sink (render, encoder, &input, cancellable, error))
    return FALSE;
  bb_phase_end (BB_PHASE_ENCODER, begin, 0);
  if (input.tone_map)
    add_notice (render,
                g_strdup (_ ("HDR is tone-mapped to SDR, since this codec is delivered in 8 "
                             "bit; HEVC and AV1 keep it")));
  if (!prepare_and_preroll (render, &input.format, cancellable, error))
    return FALSE;
  set_batch (render, bb_engine_get_batch (render->engine));
  end = values->end < 0 ? G_MAXINT64 : bb_source_info_get_pts (info, values->end);
  done = bb_pipeline_run (render->source, end, render->engine, get_target_memory (render, &input),
                          consume_cb, render, &stats, render->gate, cancellable, error);
  report_batch (render, stats.batch);
  if (!done)
    return FALSE;
  if (stats.frames == 0)
    {
      g_autofree char *name = g_filename_display_name (render->input);

      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _ ("“%s” has no frame within the trim: choose another start or end"), name);
      return FALSE;
    }
  if (!bb_sink_finish (render->sink, cancellable, error))
    return FALSE;
  take_name (render);
  render->shortfall = bb_source_describe_shortfall (render->source, values->end, cancellable);
  report (render, &stats, TRUE);
  return TRUE;
}

/**
 * bb_render_run:
 * @render: a render that has not run
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Renders the file; blocks until that is done, so call it on a thread of its own. On failure
 * nothing is left where the target would have been. When g_cancellable_cancel() returns the
 * unfinished file is gone already, and this call returns as soon as the encoder lets it.
 *
 * Returns: %TRUE, or %FALSE with an error of the domain %BB_ERROR or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_render_run (BbRender *render, GCancellable *cancellable, GError **error)
{
  gboolean done;
  gint64 begin;

  render->start_time = bb_phase_begin ();
  render->paused_before = bb_gate_get_closed_seconds (render->gate);
  done = run (render, cancellable, error);
  /* With its file gone a container may fail in ways of its own. */
  if (!done && g_cancellable_is_cancelled (cancellable))
    {
      g_clear_error (error);
      g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  if (render->sink != NULL)
    {
      g_auto (GStrv) notices = bb_sink_get_notices (render->sink);

      for (guint i = 0; notices != NULL && notices[i] != NULL; i++)
        add_notice (render, g_strdup (notices[i]));
    }
  if (render->source != NULL && bb_source_get_notice (render->source) != NULL)
    add_notice (render, g_strdup (bb_source_get_notice (render->source)));
  if (render->source != NULL && bb_source_get_shape_notice (render->source) != NULL)
    add_notice (render, g_strdup (bb_source_get_shape_notice (render->source)));
  if (render->source != NULL && bb_source_get_n_corrupt (render->source) > 0)
    add_notice (render, g_strdup_printf (ngettext ("%u damaged part of the source was skipped",
                                                   "%u damaged parts of the source were skipped",
                                                   bb_source_get_n_corrupt (render->source)),
                                         bb_source_get_n_corrupt (render->source)));
  begin = bb_phase_begin ();
  if (g_cancellable_is_cancelled (cancellable))
    g_clear_pointer (&render->sink, bb_sink_abandon);
  g_clear_pointer (&render->sink, bb_sink_free);
  g_clear_pointer (&render->engine, bb_engine_free);
  g_clear_pointer (&render->source, bb_source_free);
  bb_phase_end (BB_PHASE_CLOSE, begin, 0);
  return done;
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
 * Returns: (transfer full) (nullable): name of the target. Where a file of the name that was asked
 *   for has appeared during the render and may not be replaced, it is another one; who asked should
 *   be told
 */
char *
bb_render_get_output (BbRender *render)
{
  char *output;

  g_mutex_lock (&render->lock);
  output = g_strdup (render->output);
  g_mutex_unlock (&render->lock);
  return output;
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

/**
 * bb_render_discard:
 * @output: path of a target
 *
 * Removes what an unfinished render of that target left, unless a render that is alive uses it.
 */
void
bb_render_discard (const char *output)
{
  g_autofree char *folder = g_path_get_dirname (output);
  g_autofree char *base = g_path_get_basename (output);
  g_autofree char *name = g_strdup_printf (".%.*s.blurbox", 255 - 9, base);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  if (!bb_leftover_remove (path, &error))
    g_debug ("%s", error->message);
}
