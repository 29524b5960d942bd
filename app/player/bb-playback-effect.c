/* bb-playback-effect.c: runs the device for the screen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The frame at the cursor comes first, alone, whenever it or the recipe changed. Else, while it
 * plays, the device gets batches ahead of the clock, in the parts that it works on at once.
 */

#include "bb-playback-private.h"

#include "bb-niceness.h"
#include "bb-opening.h"
#include "blurbox.h"

#include <math.h>

/* Bytes that decoded and finished frames ahead of the clock may take, and decoded ones behind it. */
#define MEMORY_AHEAD (256 * 1024 * 1024)
#define MEMORY_HISTORY (64 * 1024 * 1024)
#define MAX_HISTORY 8

/* Frames that are finished ahead at least, so that a hiccup is not seen. */
#define MIN_AHEAD 6

/* Below this many finished frames ahead the device takes what there is. */
#define URGENT 2

/* Microseconds that the first picture waits for a GPU that is being opened, before the CPU makes it. */
#define OPENING_TIME 30000

/* What is made of each frame: the picture, and where they are wanted the source beside it and the picture in
 * the other precision. */
#define MAX_OUTPUTS 3

/* What one turn of the loop does. */
typedef struct {
  gboolean single;
  gboolean passed; /* only on the way to the frame that is sought */
  guint64 epoch;
  guint64 look;
  guint n_frames;
  BbPlaybackFrame *frames; /* with references of their own */
  GCancellable *cancellable;
  BbRecipe *recipe;
  BbFormat target;
  gboolean compare;
  int gain;
  BbPlaybackPicture **pictures;
} Job;

typedef struct {
  BbPlayback *playback;
  BbEngine *engine;   /* (nullable) */
  BbOpening *opening; /* (nullable): of the engine that is wanted, while the CPU stands in for it */
  char *id;           /* (nullable): of the device that is wanted */
  guint64 look;       /* that the engine is prepared for */
  char *problem;      /* (nullable): why a picture or a logo is left out, as it was told */
  BbRecipe *recipe;   /* the same, with the device's own numbers */
  BbFormat source;
  guint most; /* frames that the memory holds */
} Effect;

static void
drop_engine (Effect *effect)
{
  BbEngine *late =
    effect->opening != NULL ? bb_opening_finish (g_steal_pointer (&effect->opening), NULL) : NULL;

  g_clear_pointer (&late, bb_engine_free);
  g_clear_pointer (&effect->engine, bb_engine_free);
  g_clear_pointer (&effect->id, g_free);
  effect->look = 0;
}

/* On the thread that opens a device. */
static void
opened_cb (gpointer user_data)
{
  BbPlayback *self = user_data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->effect_cond);
  g_mutex_unlock (&self->lock);
}

/* Whether the CPU made pictures that the device can make now. */
static gboolean
is_device_ready (Effect *effect)
{
  return effect->opening != NULL && effect->engine != NULL && bb_opening_wait (effect->opening, 0);
}

/* Opens the device that is wanted. What takes longer than a picture may wait is opened beside the first
 * pictures, which the CPU makes. */
static gboolean
open_engine (Effect *effect, const char *id, GError **error)
{
  if (g_strcmp0 (effect->id, id) != 0)
    {
      drop_engine (effect);
      effect->id = g_strdup (id);
      effect->opening = bb_opening_new (id, opened_cb, effect->playback);
    }
  if (effect->opening != NULL &&
      bb_opening_wait (effect->opening, effect->engine == NULL ? OPENING_TIME : 0))
    {
      g_clear_pointer (&effect->engine, bb_engine_free);
      effect->look = 0;
      effect->engine = bb_opening_finish (g_steal_pointer (&effect->opening), error);
      if (effect->engine == NULL)
        g_clear_pointer (&effect->id, g_free);
    }
  else if (effect->engine == NULL)
    effect->engine = bb_engine_open ("cpu", error);
  return effect->engine != NULL;
}

/* The part of the batch that the device works on at once. */
static guint
get_part (Effect *effect)
{
  return effect->engine != NULL && bb_engine_get_batch (effect->engine) > 0
           ? bb_engine_get_part (effect->engine)
           : 1;
}

/* The source alone, on black, where the picture is: so both halves of a comparison meet. */
static BbRecipe *
make_plain (const BbRecipe *recipe)
{
  BbRecipeValues values = *bb_recipe_get (recipe);

  values.corner_radius = values.shadow = 0.0;
  values.background = BB_BACKGROUND_COLOR;
  values.color = 0;
  values.logo = "";
  return bb_recipe_new (&values, NULL);
}

static BbRecipe *
make_other (const BbRecipe *recipe)
{
  BbRecipeValues values = *bb_recipe_get (recipe);

  values.precision = values.precision == BB_PRECISION_FP16 ? BB_PRECISION_FP32 : BB_PRECISION_FP16;
  return bb_recipe_new (&values, NULL);
}

enum { WITHOUT_LOGO = 1 << 0, WITHOUT_PICTURE = 1 << 1 };

/* The recipe without files that cannot be read. */
static BbRecipe *
make_without (const BbRecipe *recipe, int what)
{
  BbRecipeValues values = *bb_recipe_get (recipe);

  if ((what & WITHOUT_LOGO) != 0)
    values.logo = "";
  if ((what & WITHOUT_PICTURE) != 0 && values.background == BB_BACKGROUND_PICTURE)
    values.background = BB_BACKGROUND_COLOR;
  return bb_recipe_new (&values, NULL);
}

/* Works out what a job wants made of each frame. */
static gboolean
set_outputs (Effect *effect, const Job *job, BbRecipe *recipe, GError **error)
{
  BbSourceInfo info = effect->playback->file.info;
  g_autoptr (BbRecipe) plain = NULL;
  g_autoptr (BbRecipe) other = NULL;
  BbEngineOutput outputs[MAX_OUTPUTS];
  guint n = 0;

  info.format = effect->source;
  outputs[n++] = (BbEngineOutput) { recipe, job->target };
  if (job->compare)
    {
      plain = make_plain (recipe);
      outputs[n++] = (BbEngineOutput) { plain, job->target };
    }
  if (job->gain > 0)
    {
      other = make_other (recipe);
      outputs[n++] = (BbEngineOutput) { other, job->target };
    }
  return bb_engine_set_outputs (effect->engine, &info, outputs, n, error);
}

/* The same; what has a file that cannot be read is left out, and that is told once. */
static gboolean
set_readable_outputs (Effect *effect, const Job *job, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gboolean done = set_outputs (effect, job, effect->recipe, &problem);

  if (!done && !g_error_matches (problem, BB_ERROR, BB_ERROR_INPUT))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  for (int what = WITHOUT_LOGO; what <= (WITHOUT_LOGO | WITHOUT_PICTURE) && !done; what++)
    {
      g_autoptr (BbRecipe) without = make_without (effect->recipe, what);

      g_clear_error (error);
      done = set_outputs (effect, job, without, error);
    }
  if (done && problem != NULL && g_strcmp0 (problem->message, effect->problem) != 0)
    bb_playback_warn (effect->playback, problem);
  g_set_str (&effect->problem, problem != NULL ? problem->message : NULL);
  return done;
}

/* Gets the engine ready for a job. */
static gboolean
prepare (Effect *effect, const Job *job, GError **error)
{
  const BbFormat *source = &job->frames[0].frame->format;

  if (!open_engine (effect, bb_recipe_get (job->recipe)->device, error))
    return FALSE;
  if (effect->look == job->look && memcmp (source, &effect->source, sizeof *source) == 0)
    return TRUE;
  effect->look = 0;
  effect->source = *source;
  g_clear_pointer (&effect->recipe, bb_recipe_unref);
  effect->recipe = bb_device_settle (bb_engine_get_device (effect->engine), job->recipe);
  if (!set_readable_outputs (effect, job, error) ||
      !bb_engine_prepare (effect->engine,
                          MIN ((guint) bb_recipe_get (effect->recipe)->batch, effect->most), error))
    return FALSE;
  effect->look = job->look;
  return TRUE;
}

/* Says how much may be ahead, out of what a frame takes. */
static void
set_limits (Effect *effect, const Job *job)
{
  BbPlayback *self = effect->playback;
  guint batch = (guint) bb_recipe_get (effect->recipe)->batch;
  guint part = get_part (effect);
  gsize decoded = bb_format_get_frame_size (&effect->source);
  gsize finished = bb_format_get_frame_size (&job->target) + (gsize) job->target.width *
                                                               (gsize) job->target.height *
                                                               (job->target.depth > 8 ? 8 : 4);
  gsize bytes = decoded + finished * (job->compare ? 2 : 1);
  guint most = (guint) CLAMP (MEMORY_AHEAD / bytes, 2, G_MAXINT / 4);

  self->made.ahead = MIN (MAX (MAX (batch, 2 * part), MIN_AHEAD), most);
  self->made.part = MAX (MIN (part, self->made.ahead / 2), 1);
  self->made.batch = (int) bb_engine_get_batch (effect->engine);
  self->made.history = (guint) CLAMP (MEMORY_HISTORY / decoded, 1, MAX_HISTORY);
  g_strlcpy (self->made.device_name,
             bb_device_get_description (bb_engine_get_device (effect->engine)),
             sizeof self->made.device_name);
}

/* What the two precisions make of a frame, brought together on the host: the picture of it is made
 * for the eye, and no faster than that. */
static BbPicture *
make_difference (Effect *effect, const Job *job, BbFrame *finished, BbFrame *differing,
                 GError **error)
{
  BbDevice *device = bb_engine_get_device (effect->engine);
  g_autoptr (BbFrame) frame = bb_device_download (device, bb_frame_ref (finished), error);
  g_autoptr (BbFrame) other = NULL;

  if (frame == NULL)
    return NULL;
  other = bb_device_download (device, bb_frame_ref (differing), error);
  return other != NULL
           ? bb_picture_new_difference (frame, other, job->gain,
                                        effect->playback->wanted.settings.present_options)
           : NULL;
}

static BbPicture *
label (BbPicture *picture, const Job *job, guint i)
{
  if (picture == NULL)
    return NULL;
  picture->time = job->frames[i].time;
  picture->generation = bb_recipe_get_generation (job->recipe);
  return picture;
}

/* Seconds that the device worked beside the host; negative where it does not. */
static double
get_worked (Effect *effect)
{
  return bb_device_get_seconds (bb_engine_get_device (effect->engine));
}

/* A device that was chosen anew cannot read the memory of the one before: the decode thread will see to
 * that. */
static gboolean
check_memory (Effect *effect, const Job *job, GError **error)
{
  BbPlayback *self = effect->playback;
  gboolean good;

  if (job->frames[0].frame->memory == BB_MEMORY_HOST)
    return TRUE;
  g_mutex_lock (&self->lock);
  good = bb_engine_get_device (effect->engine) == self->decoded.device;
  g_mutex_unlock (&self->lock);
  if (!good)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The device has changed");
  return good;
}

/* Brings a job's frames to the device and makes what is wanted of them, a batch for each output. */
static gboolean
run_engine (Effect *effect, const Job *job, BbBatch **finished, GError **error)
{
  g_autofree BbFrame **frames = g_new (BbFrame *, job->n_frames);

  for (guint i = 0; i < job->n_frames; i++)
    frames[i] = job->frames[i].frame;
  return bb_engine_upload (effect->engine, frames, job->n_frames, error) &&
         bb_engine_run (effect->engine, finished, job->cancellable, error);
}

static gboolean
present (Effect *effect, Job *job, BbBatch *const *made, GError **error)
{
  BbDevice *device = bb_engine_get_device (effect->engine);
  const BbPresentOptions *options = effect->playback->wanted.settings.present_options;
  const BbBatch *compared = job->compare ? made[1] : NULL;
  const BbBatch *differing = job->gain > 0 ? made[job->compare ? 2 : 1] : NULL;

  for (guint i = 0; i < job->n_frames; i++)
    {
      BbPlaybackPicture *item;
      BbPicture *picture =
        differing != NULL
          ? make_difference (effect, job, made[0]->frame[i], differing->frame[i], error)
          : bb_device_present (device, made[0]->frame[i], options, error);

      if (label (picture, job, i) == NULL)
        return FALSE;
      item = job->pictures[i] = g_new0 (BbPlaybackPicture, 1);
      item->picture = picture;
      item->pts = job->frames[i].frame->pts;
      item->time = job->frames[i].time;
      item->end = job->frames[i].end;
      if (compared != NULL)
        {
          item->compared = bb_device_present (device, compared->frame[i], options, error);
          if (label (item->compared, job, i) == NULL)
            return FALSE;
        }
      g_clear_pointer (&made[0]->frame[i], bb_frame_unref);
    }
  return TRUE;
}

static gboolean
run (Effect *effect, Job *job, double *effect_seconds, double *display_seconds, GError **error)
{
  BbBatch *made[MAX_OUTPUTS] = { NULL };
  gint64 start = g_get_monotonic_time ();
  gboolean done;
  double worked;

  if (!prepare (effect, job, error) || !check_memory (effect, job, error))
    return FALSE;
  worked = get_worked (effect);
  done = run_engine (effect, job, made, error);
  *effect_seconds = bb_playback_seconds_since (start);
  start = g_get_monotonic_time ();
  done = done && present (effect, job, made, error);
  *display_seconds = bb_playback_seconds_since (start);
  /* A GPU works on while the calls return. */
  if (worked >= 0.0)
    *effect_seconds = get_worked (effect) - worked;
  for (guint i = 0; i < MAX_OUTPUTS; i++)
    g_clear_pointer (&made[i], bb_batch_free);
  return done;
}

/* Size of the picture: the canvas, made smaller where the window has less room for it. */
static void
choose_size (BbPlayback *self, BbFormat *target)
{
  const BbRecipeValues *values = bb_recipe_get (self->wanted.settings.recipe);
  int step_x = 1 << target->chroma_shift_x;
  int step_y = 1 << target->chroma_shift_y;
  double scale;

  if (self->wanted.settings.width <= 0 || self->wanted.settings.height <= 0)
    return;
  scale = MIN ((double) self->wanted.settings.width / values->width,
               (double) self->wanted.settings.height / values->height);
  if (scale >= 1.0)
    return;
  target->width = MAX ((int) lround (values->width * scale / step_x), 1) * step_x;
  target->height = MAX ((int) lround (values->height * scale / step_y), 1) * step_y;
}

static void
job_init (Job *job, BbPlayback *self, const BbPlaybackFrame *passed, int first, guint n_frames,
          gboolean single)
{
  *job = (Job) {
    .single = single,
    .passed = passed != NULL,
    .epoch = self->decoded.epoch,
    .look = self->wanted.look,
    .n_frames = n_frames,
    .frames = g_new0 (BbPlaybackFrame, n_frames),
    .cancellable = g_cancellable_new (),
    .recipe = bb_recipe_ref (self->wanted.settings.recipe),
    .target = self->wanted.target,
    .compare = self->wanted.settings.compare,
    .gain = self->wanted.settings.gain,
    .pictures = g_new0 (BbPlaybackPicture *, n_frames),
  };
  choose_size (self, &job->target);
  for (guint i = 0; i < n_frames; i++)
    {
      job->frames[i] = passed != NULL ? *passed : *bb_playback_get_frame (self, first + (int) i);
      bb_frame_ref (job->frames[i].frame);
    }
}

static void
job_clear (Job *job)
{
  for (guint i = 0; i < job->n_frames; i++)
    {
      bb_frame_unref (job->frames[i].frame);
      g_clear_pointer (&job->pictures[i], bb_playback_picture_free);
    }
  g_free (job->frames);
  g_free (job->pictures);
  g_object_unref (job->cancellable);
  bb_recipe_unref (job->recipe);
}

/* The frame that is on screen, or should be. */
static void
pick_single (BbPlayback *self, Job *job)
{
  if (self->clock.running)
    {
      gint64 now = bb_playback_get_now (self);

      while (self->decoded.cursor + 1 < (int) self->decoded.frames->len &&
             bb_playback_get_frame (self, self->decoded.cursor + 1)->time <= now &&
             bb_playback_get_frame (self, self->decoded.cursor + 1)->time < self->wanted.trim_end)
        {
          gint64 time = bb_playback_get_frame (self, self->decoded.cursor)->time;

          /* The one on screen was not dropped. */
          if (time != self->figures.shown_time &&
              !(self->news.is_new && self->news.picture->time == time))
            self->figures.dropped++;
          self->decoded.cursor++;
        }
      self->wanted.seek_target = bb_playback_get_frame (self, self->decoded.cursor)->time;
      self->decoded.next = self->decoded.cursor + 1;
      bb_playback_trim_window (self);
    }
  self->made.redo = FALSE;
  job_init (job, self, NULL, self->decoded.cursor, 1, TRUE);
}

/* Frames ahead of the clock, where there is room for them. */
static gboolean
pick_batch (BbPlayback *self, Job *job)
{
  guint n_pictures = g_queue_get_length (&self->made.queue);
  guint room = self->made.ahead > n_pictures ? self->made.ahead - n_pictures : 0;
  gboolean last = self->decoded.ended;
  guint n = 0;
  int first;

  /* What would be late already is left out, as long as there is something newer. */
  if (self->clock.running && n_pictures == 0)
    {
      gint64 now = bb_playback_get_now (self);

      while (self->decoded.next + 1 < (int) self->decoded.frames->len &&
             bb_playback_get_frame (self, self->decoded.next)->end <= now &&
             bb_playback_get_frame (self, self->decoded.next + 1)->time < self->wanted.trim_end)
        {
          self->decoded.next++;
          self->figures.dropped++;
        }
    }
  for (int i = self->decoded.next; i < (int) self->decoded.frames->len && n < self->made.part;
       i++, n++)
    if (bb_playback_get_frame (self, i)->time >= self->wanted.trim_end)
      {
        last = TRUE;
        break;
      }
  if (n_pictures < URGENT)
    n = MIN (n, n_pictures + 1);
  else if (n < self->made.part && !last)
    return FALSE;
  if (n == 0 || n > room)
    return FALSE;
  first = self->decoded.next;
  self->decoded.next += (int) n;
  job_init (job, self, NULL, first, n, FALSE);
  return TRUE;
}

static gboolean
pick (BbPlayback *self, Job *job)
{
  if ((self->decoded.landing || self->wanted.seek_pending) && self->made.passed.frame != NULL)
    {
      job_init (job, self, &self->made.passed, 0, 1, TRUE);
      bb_playback_drop_passed (self);
      return TRUE;
    }
  if (self->wanted.settings.recipe == NULL || self->decoded.cursor < 0 ||
      self->wanted.tone_map != self->decoded.tone_map || self->made.device != self->decoded.device)
    return FALSE;
  if (self->made.redo)
    {
      pick_single (self, job);
      return TRUE;
    }
  return self->wanted.playing && !self->wanted.seek_pending && pick_batch (self, job);
}

static void
count (BbPlayback *self, const Job *job, double effect_seconds, double display_seconds)
{
  gint64 now = g_get_monotonic_time ();

  bb_meter_add (&self->figures.effect, now, effect_seconds, job->n_frames);
  bb_meter_add (&self->figures.display, now, display_seconds, job->n_frames);
  self->figures.frames_in_batch += job->n_frames;
  if (self->figures.frames_in_batch >= (guint) self->made.batch)
    {
      bb_meter_add (&self->figures.batches, now, 0.0,
                    self->figures.frames_in_batch / (guint) self->made.batch);
      self->figures.frames_in_batch %= (guint) self->made.batch;
    }
}

static void
deliver (BbPlayback *self, Job *job)
{
  if (job->single)
    {
      BbPlaybackPicture *item = job->pictures[0];

      /* While a slider is dragged, pictures may take longer than the next step: each step has one.
       * Once it was seen, nothing of its recipe comes after a newer recipe. */
      if (bb_playback_is_stale (self, item->picture) ||
          (job->passed && job->epoch != self->decoded.epoch))
        return;
      bb_playback_show (self, g_steal_pointer (&item->picture), g_steal_pointer (&item->compared));
      g_free (g_steal_pointer (&job->pictures[0]));
      return;
    }
  if (job->epoch != self->decoded.epoch || job->look != self->wanted.look ||
      self->wanted.seek_pending)
    return;
  for (guint i = 0; i < job->n_frames; i++)
    g_queue_push_tail (&self->made.queue, g_steal_pointer (&job->pictures[i]));
}

static void
handle_error (Effect *effect, Job *job, GError *error)
{
  BbPlayback *self = effect->playback;

  /* Whoever cancelled the job has said what comes next. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      return;
    }
  if (job->epoch == self->decoded.epoch && job->look == self->wanted.look)
    {
      guint part = get_part (effect);

      self->decoded.next = self->decoded.cursor + 1 + (int) g_queue_get_length (&self->made.queue);
      if (g_error_matches (error, BB_ERROR, BB_ERROR_MEMORY) && part > 1)
        {
          /* The same frames once more, fewer at once. */
          g_debug ("%s", error->message);
          g_error_free (error);
          effect->most = part / 2;
          effect->look = 0;
          self->made.part = effect->most;
          self->made.redo |= job->single;
          return;
        }
    }
  bb_playback_fail (self, error);
}

static void
work (Effect *effect, Job *job)
{
  BbPlayback *self = effect->playback;
  double effect_seconds = 0.0;
  double display_seconds = 0.0;
  GError *error = NULL;
  guint64 memory = 0;
  gboolean done;

  self->made.busy = TRUE;
  if (!job->single)
    self->made.batching = g_object_ref (job->cancellable);
  g_mutex_unlock (&self->lock);
  done = run (effect, job, &effect_seconds, &display_seconds, &error);
  if (effect->engine != NULL)
    memory = bb_device_get_memory_used (bb_engine_get_device (effect->engine));
  g_mutex_lock (&self->lock);
  self->made.busy = FALSE;
  g_clear_object (&self->made.batching);
  self->made.memory = memory;
  if (done)
    {
      set_limits (effect, job);
      count (self, job, effect_seconds, display_seconds);
      deliver (self, job);
    }
  else
    handle_error (effect, job, error);
  if (effect->engine != NULL)
    {
      BbDevice *device = bb_engine_get_device (effect->engine);
      gboolean on_gpu = bb_device_get_memory (device) == BB_MEMORY_DEVICE;

      bb_playback_set_on_gpu (self, on_gpu);
      if (!on_gpu)
        device = NULL;
      g_set_object (&self->made.device, device);
    }
  g_cond_broadcast (&self->decode_cond);
  g_cond_broadcast (&self->clock_cond);
  g_mutex_unlock (&self->lock);
  job_clear (job);
  g_mutex_lock (&self->lock);
}

static void
free_waste (BbPlayback *self)
{
  GQueue waste = self->made.discarded;

  g_queue_init (&self->made.discarded);
  g_mutex_unlock (&self->lock);
  g_queue_clear_full (&waste, bb_playback_picture_free);
  g_mutex_lock (&self->lock);
}

gpointer
bb_playback_effect_thread (gpointer data)
{
  BbPlayback *self = data;
  Effect effect = { .playback = self, .most = G_MAXUINT };

  bb_niceness_enter (BB_NICENESS_PREVIEW);
  g_mutex_lock (&self->lock);
  while (!self->quit)
    {
      gboolean wasted = !g_queue_is_empty (&self->made.discarded);
      Job job;

      self->made.redo |= is_device_ready (&effect);
      /* The picture at the cursor goes before tidying up, but no other. */
      if ((self->made.redo || !wasted) && pick (self, &job))
        work (&effect, &job);
      else if (wasted)
        free_waste (self);
      else
        g_cond_wait (&self->effect_cond, &self->lock);
    }
  g_mutex_unlock (&self->lock);
  drop_engine (&effect);
  g_clear_pointer (&effect.recipe, bb_recipe_unref);
  g_free (effect.problem);
  bb_playback_thread_ends (self);
  return NULL;
}
