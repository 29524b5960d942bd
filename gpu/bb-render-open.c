/* bb-render-open.c: what a render needs before its first frame
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-render-private.h"

#include "bb-error.h"
#include "bb-identity.h"
#include "bb-phases.h"
#include "bb-thread.h"
#include "media/bb-container.h"
#include "media/bb-ffmpeg.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Workers that share the memory of a device, as far as that is known before. */
static guint
get_n_sharing (BbRender *render)
{
  guint n_devices = g_strv_length (render->devices);

  return (render->n_workers + n_devices - 1) / n_devices;
}

static void
set_memory_error (BbRender *render, GError **error)
{
  const BbFormat *target = &render->job.output[0].setup.input.format;
  g_autofree char *name = g_filename_display_name (render->input);

  if (render->n_outputs > 1)
    g_set_error (error, BB_ERROR, BB_ERROR_MEMORY,
                 _ ("Not enough memory to make %u files of “%s” at once: make fewer at once, or "
                    "choose smaller canvases"),
                 render->n_outputs, name);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_MEMORY,
                 _ ("Not enough memory to make “%s” at %d×%d: choose a smaller canvas"), name,
                 target->width, target->height);
}

/* Prepares an engine for as many frames a batch as memory allows, with room for the others. */
static gboolean
prepare (BbRender *render, BbEngine *engine, GError **error)
{
  BbEngineOutput outputs[BB_ENGINE_MAX_OUTPUTS];
  guint batch = (guint) bb_render_get_values (render)->batch;

  for (guint i = 0; i < render->n_outputs; i++)
    outputs[i] =
      (BbEngineOutput) { render->output[i].recipe, render->job.output[i].setup.input.format };
  if (!bb_engine_set_outputs (engine, &render->info, outputs, render->n_outputs, error))
    return FALSE;
  /* Those that come later find what the first one has taken; all have its size. */
  g_mutex_lock (&render->lock);
  for (guint n = MAX (get_n_sharing (render), 1); render->batch == 0 && n > 0; n--)
    render->batch = bb_engine_fit (engine, batch, n);
  batch = render->batch;
  g_mutex_unlock (&render->lock);
  batch = MIN (batch, bb_engine_fit (engine, batch, 1));
  if (batch > 0)
    return bb_engine_prepare (engine, batch, error);
  set_memory_error (render, error);
  return FALSE;
}

static void
set_name (BbRender *render, char *field, const char *name, gsize size)
{
  g_mutex_lock (&render->lock);
  g_strlcpy (field, name, size);
  g_mutex_unlock (&render->lock);
}

static gboolean
check_trim (BbRender *render, GError **error)
{
  const BbRecipeValues *values = bb_render_get_values (render);
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
  const BbRecipeValues *values = bb_render_get_values (render);
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

static gboolean
is_none (const BbEncoder *encoder)
{
  return g_str_equal (encoder->name, "none");
}

/* What is open for an output whose encoder is there. */
static gboolean
open_target (BbRenderOutput *output, BbRenderParts parts, GCancellable *cancellable, GError **error)
{
  BbRender *render = output->render;
  BbEncoderSetup *setup = &render->job.output[output->number].setup;
  BbDevice *device = render->engine != NULL ? bb_engine_get_device (render->engine) : NULL;

  setup->container = bb_container_find (output->path, error);
  if (setup->container == NULL)
    return FALSE;
  output->first_encoder = bb_video_encoder_new (setup, device, render->source, error);
  if (output->first_encoder == NULL)
    return FALSE;
  if ((parts & BB_RENDER_TARGET) != 0)
    output->sink = bb_sink_new (output->path, setup, output->first_encoder, render->source,
                                render->overwrite, cancellable, error);
  if ((parts & BB_RENDER_TARGET) == 0 || output->sink != NULL)
    return TRUE;
  g_clear_pointer (&output->first_encoder, bb_video_encoder_free);
  return FALSE;
}

/* Opens an encoder and the target, and has the source deliver what they take. */
static gboolean
try_encoder (BbRenderOutput *output, const BbEncoder *encoder, BbRenderParts parts,
             GCancellable *cancellable, GError **error)
{
  BbRender *render = output->render;
  BbWorkerOutput *made = &render->job.output[output->number];
  BbEncoderSetup *setup = &made->setup;
  BbDevice *device = render->engine != NULL ? bb_engine_get_device (render->engine) : NULL;
  BbMemory memory = device != NULL ? bb_device_get_memory (device) : BB_MEMORY_HOST;

  if (!bb_encoder_get_input (encoder, output->recipe, bb_source_get_info (render->source), memory,
                             &setup->input, error) ||
      !bb_source_set_tone_map (render->source, setup->input.tone_map, error))
    return FALSE;
  setup->encoder = encoder;
  setup->recipe = output->recipe;
  setup->name = output->name;
  setup->pins = output->pins;
  if (setup->pins.threads == 0)
    setup->pins.threads = bb_encoder_get_threads (encoder);
  /* Frames that nobody encodes stay where they are. */
  made->memory = is_none (encoder) ? memory : setup->input.memory;
  set_name (render, output->stats.encoder, encoder->name, sizeof output->stats.encoder);
  if (output->number == 0)
    set_name (render, render->stats.encoder, encoder->name, sizeof render->stats.encoder);
  return is_none (encoder) || open_target (output, parts, cancellable, error);
}

/* The GPU's encoder where frames are there already, else or where it refuses the one that was
 * chosen. */
static gboolean
open_encoder (BbRenderOutput *output, BbRenderParts parts, GCancellable *cancellable,
              GError **error)
{
  BbRender *render = output->render;
  const BbEncoder *on_gpu =
    render->engine != NULL && render->plan == NULL &&
        bb_device_get_memory (bb_engine_get_device (render->engine)) == BB_MEMORY_DEVICE
      ? bb_encoder_choose_on_gpu (output->recipe)
      : NULL;
  g_autoptr (GError) failure = NULL;

  if (on_gpu != NULL)
    {
      if (try_encoder (output, on_gpu, parts, cancellable, &failure))
        return TRUE;
      if (!g_error_matches (failure, BB_ERROR, BB_ERROR_ENCODER) &&
          !g_error_matches (failure, BB_ERROR, BB_ERROR_DEVICE))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      g_debug ("%s", failure->message);
      bb_render_output_add_notice (output,
                                   g_strdup_printf (
                                     /* Translators: two names of encoders */
                                     _ ("The GPU's encoder %s cannot be had (none there, or "
                                        "too many in use): %s encodes"),
                                     on_gpu->name, output->encoder->name));
    }
  return try_encoder (output, output->encoder, parts, cancellable, error);
}

static gboolean
open_encoders (BbRender *render, BbRenderParts parts, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < render->n_outputs; i++)
    if (!open_encoder (&render->output[i], parts, cancellable, error))
      {
        bb_render_output_name_error (&render->output[i], error);
        return FALSE;
      }
  return TRUE;
}

/* From here on the recipes have the device's own numbers. */
static void
settle (BbRender *render)
{
  BbDevice *device = bb_engine_get_device (render->engine);

  for (guint i = 0; i < render->n_outputs; i++)
    {
      BbRecipe *settled = bb_device_settle (device, render->output[i].recipe);

      bb_recipe_unref (render->output[i].recipe);
      render->output[i].recipe = settled;
    }
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

  task->render->engine = bb_engine_open (task->render->devices[0], &task->error);
  return NULL;
}

/* What the encoders cannot have is said before anything else is done. A source is tone-mapped for all
 * outputs or for none. */
static gboolean
check_inputs (BbRender *render, GError **error)
{
  gboolean tone_map = FALSE;

  for (guint i = 0; i < render->n_outputs; i++)
    {
      BbRenderOutput *output = &render->output[i];
      BbEncoderInput input;

      if (!bb_encoder_get_input (output->encoder, output->recipe,
                                 bb_source_get_info (render->source), BB_MEMORY_HOST, &input,
                                 error))
        {
          bb_render_output_name_error (output, error);
          return FALSE;
        }
      if (i > 0 && input.tone_map != tone_map)
        {
          g_autofree char *name = g_filename_display_name (render->input);

          g_set_error (
            error, BB_ERROR, BB_ERROR_ENCODER,
            _ ("“%s” is HDR, and one render makes either HDR or SDR of it: choose codecs "
               "that all keep it, or render the outputs apart"),
            name);
          return FALSE;
        }
      tone_map = input.tone_map;
    }
  return TRUE;
}

/* What is known before a device is. */
static gboolean
open_source (BbRender *render, GError **error)
{
  render->source = bb_source_new (render->input, error);
  if (render->source == NULL || !check_trim (render, error))
    return FALSE;
  estimate_frames (render);
  return check_inputs (render, error);
}

/* A GPU's driver and context take tenths of a second, and so does a file: beside each other. */
static gboolean
open_both (BbRender *render, GError **error)
{
  Task task = { .render = render };
  GThread *thread = bb_thread_new ("bb-open", open_device_thread, &task, NULL);
  gboolean good = open_source (render, error);

  /* Without a thread to spare, one after the other. */
  if (thread != NULL)
    g_thread_join (thread);
  else if (good)
    open_device_thread (&task);
  if (good && render->engine != NULL)
    return TRUE;
  if (good)
    g_propagate_error (error, g_steal_pointer (&task.error));
  g_clear_error (&task.error);
  return FALSE;
}

static void
init_job (BbRender *render)
{
  const BbRecipeValues *values = bb_render_get_values (render);
  const BbSourceInfo *info = &render->info;
  BbWorkerJob *job = &render->job;
  AVRational time_base;

  render->info = *bb_source_get_info (render->source);
  time_base = (AVRational) { info->time_base_num, info->time_base_den };

  /* A GPU's frames are not looked at. */
  bb_segment_table_init (&job->table, info, values,
                         render->engine == NULL || bb_device_get_memory (bb_engine_get_device (
                                                     render->engine)) == BB_MEMORY_HOST);
  job->trim_start = values->start;
  job->trim_end = values->end;
  job->end = values->end < 0 ? G_MAXINT64 : bb_source_info_get_pts (info, values->end);
  job->cut_end =
    values->end < 0
      ? G_MAXINT64
      : bb_ffmpeg_from_nanoseconds (av_sat_add64 (info->start, values->end), time_base);
  job->gate = render->gate;
  job->n_outputs = render->n_outputs;
}

static void
note_device (BbRender *render)
{
  BbDevice *device = bb_engine_get_device (render->engine);

  settle (render);
  if (bb_device_get_notice (device) != NULL)
    bb_render_add_notice (render, g_strdup (bb_device_get_notice (device)));
  set_name (render, render->stats.device, bb_device_get_description (device),
            sizeof render->stats.device);
}

/* The threads that an earlier render of the same target was encoded with, so that a machine that has
 * more processors today goes on with it. */
static void
take_pins (BbRenderOutput *output)
{
  g_autoptr (GKeyFile) plan = g_key_file_new ();
  int threads;

  if (output->render->plan != NULL || output->render->fresh || output->path == NULL)
    return;
  if (!bb_segment_folder_read_plan (plan, output->path))
    return;
  threads = g_key_file_get_integer (plan, BB_IDENTITY_GROUP, "threads", NULL);
  if (threads > 0)
    output->pins.threads = threads;
}

/* A plan names the encoder that was chosen when it was made. */
static const BbEncoder *
choose_encoder (BbRenderOutput *output, GError **error)
{
  BbRecipeValues values = *bb_recipe_get (output->recipe);
  g_autoptr (BbRecipe) recipe = NULL;

  if (output->render->planned_encoder == NULL)
    return bb_encoder_choose (output->recipe, error);
  values.encoder = output->render->planned_encoder;
  recipe = bb_recipe_new (&values, error);
  return recipe != NULL ? bb_encoder_choose (recipe, error) : NULL;
}

static gboolean
choose_encoders (BbRender *render, GError **error)
{
  for (guint i = 0; i < render->n_outputs; i++)
    {
      BbRenderOutput *output = &render->output[i];

      output->encoder = choose_encoder (output, error);
      if (output->encoder == NULL ||
          !bb_encoder_check_container (output->encoder, output->path, error))
        {
          bb_render_output_name_error (output, error);
          return FALSE;
        }
      take_pins (output);
    }
  return TRUE;
}

/* Opens source, device, encoders and targets, as far as @parts need them. */
gboolean
bb_render_open (BbRender *render, BbRenderParts parts, GCancellable *cancellable, GError **error)
{
  gint64 begin;

  if (!choose_encoders (render, error))
    return FALSE;
  render->devices = g_strsplit (bb_render_get_values (render)->device, ",", -1);
  if (!((parts & BB_RENDER_PICTURE) != 0 ? open_both (render, error) : open_source (render, error)))
    return FALSE;
  if (render->engine != NULL)
    note_device (render);
  begin = bb_phase_begin ();
  if (!open_encoders (render, parts, cancellable, error))
    return FALSE;
  bb_phase_end (BB_PHASE_ENCODER, begin, 0);
  if (render->job.output[0].setup.input.tone_map)
    bb_render_add_notice (
      render, g_strdup (_ ("HDR is tone-mapped to SDR, since this codec is delivered in 8 "
                           "bit; HEVC and AV1 keep it")));
  init_job (render);
  return TRUE;
}

/* Opens the decoder where the run begins. */
static gboolean
begin_reading (BbWorker *worker, const BbRun *run, GCancellable *cancellable, GError **error)
{
  return bb_source_set_device (bb_worker_get_source (worker),
                               bb_engine_get_device (bb_worker_get_engine (worker)), FALSE,
                               cancellable, error) &&
         bb_worker_begin (worker, run, cancellable, error);
}

typedef struct {
  BbWorker *worker;
  const BbRun *run;
  GCancellable *cancellable;
  GError *error;
} Preroll;

static gpointer
preroll_thread (gpointer data)
{
  Preroll *task = data;

  return GINT_TO_POINTER (
    begin_reading (task->worker, task->run, task->cancellable, &task->error) &&
    bb_source_preroll (bb_worker_get_source (task->worker), task->cancellable, &task->error));
}

/* A GPU's decoder takes tenths of a second to open: beside the device's preparation. */
static gboolean
prepare_and_preroll (BbRender *render, BbWorker *worker, const BbRun *run,
                     GCancellable *cancellable, GError **error)
{
  BbEngine *engine = bb_worker_get_engine (worker);
  Preroll task = { .worker = worker, .run = run, .cancellable = cancellable };
  gint64 begin = bb_phase_begin ();
  GThread *thread = bb_device_get_memory (bb_engine_get_device (engine)) == BB_MEMORY_DEVICE
                      ? bb_thread_new ("bb-preroll", preroll_thread, &task, NULL)
                      : NULL;
  gboolean prepared = prepare (render, engine, error);
  gboolean good;

  bb_phase_end (BB_PHASE_PREPARE, begin, 0);
  good = thread != NULL ? GPOINTER_TO_INT (g_thread_join (thread))
                        : prepared && begin_reading (worker, run, cancellable, &task.error);
  if (prepared && !good)
    g_propagate_error (error, g_steal_pointer (&task.error));
  g_clear_error (&task.error);
  return prepared && good;
}

/* A decoder and a device for one worker more. */
static gboolean
open_another (BbRender *render, guint number, BbSource **source, BbEngine **engine, GError **error)
{
  const char *const *ids = (const char *const *) render->devices;
  g_autoptr (BbSource) opened = bb_source_new (render->input, error);

  if (opened == NULL ||
      !bb_source_set_tone_map (opened, render->job.output[0].setup.input.tone_map, error))
    return FALSE;
  *engine = bb_engine_open (ids[number % g_strv_length ((GStrv) ids)], error);
  if (*engine == NULL)
    return FALSE;
  *source = g_steal_pointer (&opened);
  return TRUE;
}

/* Makes a worker that is ready for @run: of what is open already, or with all of its own. */
BbWorker *
bb_render_new_worker (BbRender *render, guint number, const BbRun *run, GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (BbWorker) worker = NULL;
  BbVideoEncoder *encoders[BB_ENGINE_MAX_OUTPUTS] = { NULL };
  BbSource *source = NULL;
  BbEngine *engine = NULL;

  for (guint i = 0; number == 0 && i < render->n_outputs; i++)
    encoders[i] = g_steal_pointer (&render->output[i].first_encoder);
  if (number == 0)
    worker = bb_worker_new (&render->job, g_steal_pointer (&render->source),
                            g_steal_pointer (&render->engine), encoders);
  else if (open_another (render, number, &source, &engine, error))
    worker = bb_worker_new (&render->job, source, engine, NULL);
  return worker != NULL && prepare_and_preroll (render, worker, run, cancellable, error)
           ? g_steal_pointer (&worker)
           : NULL;
}

/* Frees what was opened. */
void
bb_render_close (BbRender *render, GCancellable *cancellable)
{
  gboolean cancelled = g_cancellable_is_cancelled (cancellable);

  for (guint i = 0; i < render->n_outputs; i++)
    bb_render_output_close (&render->output[i], cancelled);
  g_clear_pointer (&render->engine, bb_engine_free);
  g_clear_pointer (&render->source, bb_source_free);
  g_clear_pointer (&render->devices, g_strfreev);
}
