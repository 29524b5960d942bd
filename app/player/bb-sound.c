/* bb-sound.c: a clip's sound to the speakers, and the time that it keeps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread runs the main loop of libpulse and decodes when the server asks for samples. Each time that
 * playing begins somewhere there is a new stream, so that its time needs no correcting for what an
 * older one had in its buffers, and a pause has nothing that wakes up.
 *
 * The clock is kept here: it stands still while the stream begins, follows what the server says is
 * heard, and goes on by the monotonic clock where the server is silent or gone.
 */

#include "bb-sound.h"

#include "blurbox.h"

#include <pulse/glib-mainloop.h>
#include <pulse/pulseaudio.h>

#include <string.h>

#define RATE 48000

/* Sound that the server holds, milliseconds: enough for a busy machine, and little enough that muting
 * is heard at once. */
#define LATENCY 150

/* How long the clock stands still for a stream that begins, microseconds. */
#define PATIENCE 400000

/* Of the difference to what is heard, the part that the clock moves at each look, so that it runs
 * evenly; beyond the limit, in nanoseconds, the sound moves instead. */
#define FOLLOW 0.1
#define MOST_OFF 300000000

/* Sound that joins a running clock begins this much ahead of it, nanoseconds. */
#define JOIN_AHEAD 60000000

struct _BbSound {
  gatomicrefcount refs;
  char *path;
  gint64 file_start;
  GCancellable *closing;
  GMainContext *loop;

  GMutex lock;
  gboolean quit;
  gboolean muted;
  float gain;
  gboolean hopeless; /* no sound in the file */
  gboolean failed;   /* that, or no server */
  guint64 serial;    /* changes with what is wanted */
  gboolean wanted;   /* a stream that begins at @wanted_time */
  gboolean started;  /* it is to be heard */
  gint64 wanted_time;
  gboolean held;     /* the clock stands still */
  gint64 held_since; /* monotonic */
  gint64 base_time;
  gint64 base_monotonic;

  /* Of the thread. */
  pa_glib_mainloop *pulse;
  pa_context *context;
  pa_stream *stream;
  BbAudioReader *reader;
  guint64 done_serial;
  gint64 stream_time; /* of the stream's first sample */
  gboolean filled;    /* the server has samples to begin with */
  gboolean uncorked;
};

static void
sound_unref (BbSound *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_main_context_unref (self->loop);
  g_object_unref (self->closing);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self);
}

/* The clock, with the lock held. */
static gint64
get_time (BbSound *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->held)
    return self->base_time + MAX (now - self->held_since - PATIENCE, 0) * 1000;
  return self->base_time + (now - self->base_monotonic) * 1000;
}

static void
release (BbSound *self, gint64 time)
{
  self->held = FALSE;
  self->base_time = time;
  self->base_monotonic = g_get_monotonic_time ();
}

static void
drop_stream (BbSound *self)
{
  if (self->stream == NULL)
    return;
  pa_stream_set_state_callback (self->stream, NULL, NULL);
  pa_stream_set_write_callback (self->stream, NULL, NULL);
  pa_stream_disconnect (self->stream);
  g_clear_pointer (&self->stream, pa_stream_unref);
  self->filled = self->uncorked = FALSE;
}

/* There is no sound: the clock goes on by itself. */
static void
fail (BbSound *self)
{
  drop_stream (self);
  g_mutex_lock (&self->lock);
  if (self->held)
    release (self, get_time (self));
  self->failed = TRUE;
  g_mutex_unlock (&self->lock);
}

/* Looks at what is heard. */
static void
follow (BbSound *self)
{
  pa_usec_t heard = 0;
  gboolean rejoin = FALSE;
  gint64 time, off;

  if (self->stream == NULL || !self->uncorked || pa_stream_get_time (self->stream, &heard) < 0 ||
      heard == 0)
    return;
  time = self->stream_time + (gint64) heard * 1000;
  g_mutex_lock (&self->lock);
  if (self->started && self->serial == self->done_serial)
    {
      off = time - get_time (self);
      if (self->held)
        {
          if (ABS (off) <= MOST_OFF)
            release (self, time);
          else
            rejoin = TRUE;
        }
      else if (ABS (off) <= MOST_OFF)
        release (self, get_time (self) + (gint64) ((double) off * FOLLOW));
      else
        rejoin = TRUE;
      if (rejoin)
        {
          /* The server stood still, or began too late. */
          release (self, get_time (self));
          self->wanted_time = self->base_time;
          self->serial++;
        }
    }
  g_mutex_unlock (&self->lock);
}

/* Hands samples to the server, silence where the file has none. */
static void
write_samples (BbSound *self, gsize n_bytes)
{
  float gain;

  g_mutex_lock (&self->lock);
  gain = self->muted ? 0.0f : self->gain;
  g_mutex_unlock (&self->lock);
  while (n_bytes > 0)
    {
      const gsize frame = BB_AUDIO_READER_CHANNELS * sizeof (float);
      void *data = NULL;
      gsize part = n_bytes;
      gsize n;

      if (pa_stream_begin_write (self->stream, &data, &part) < 0 || data == NULL)
        return;
      part = MIN (part, n_bytes) / frame * frame;
      if (part == 0)
        {
          pa_stream_cancel_write (self->stream);
          return;
        }
      n = bb_audio_reader_read (self->reader, data, part / frame);
      memset ((guint8 *) data + n * frame, 0, part - n * frame);
      for (gsize i = 0; gain != 1.0f && i < n * BB_AUDIO_READER_CHANNELS; i++)
        ((float *) data)[i] *= gain;
      if (pa_stream_write (self->stream, data, part, NULL, 0, PA_SEEK_RELATIVE) < 0)
        return;
      n_bytes -= part;
    }
}

static void
write_cb (pa_stream *stream, gsize n_bytes, void *user_data)
{
  BbSound *self = user_data;

  write_samples (self, n_bytes);
  self->filled = TRUE;
  follow (self);
}

static void
stream_state_cb (pa_stream *stream, void *user_data)
{
  if (pa_stream_get_state (stream) == PA_STREAM_FAILED)
    fail (user_data);
}

static void
open_stream (BbSound *self, gint64 time)
{
  static const pa_sample_spec spec = { PA_SAMPLE_FLOAT32NE, RATE, BB_AUDIO_READER_CHANNELS };
  const gsize bytes = pa_usec_to_bytes (LATENCY * 1000, &spec);
  const pa_buffer_attr attributes = { (guint32) -1, (guint32) bytes, (guint32) -1,
                                      (guint32) bytes / 4, (guint32) -1 };
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_filename_display_basename (self->path);

  self->stream_time = time;
  if (!bb_audio_reader_seek (self->reader, time, &error))
    {
      g_debug ("%s", error->message);
      fail (self);
      return;
    }
  self->stream = pa_stream_new (self->context, name, &spec, NULL);
  if (self->stream == NULL)
    {
      fail (self);
      return;
    }
  pa_stream_set_state_callback (self->stream, stream_state_cb, self);
  pa_stream_set_write_callback (self->stream, write_cb, self);
  if (pa_stream_connect_playback (self->stream, NULL, &attributes,
                                  PA_STREAM_START_CORKED | PA_STREAM_ADJUST_LATENCY |
                                    PA_STREAM_INTERPOLATE_TIMING | PA_STREAM_AUTO_TIMING_UPDATE,
                                  NULL, NULL) < 0)
    fail (self);
}

static void
open_context (BbSound *self)
{
  pa_proplist *properties = pa_proplist_new ();

  pa_proplist_sets (properties, PA_PROP_APPLICATION_NAME, "Blurbox");
  pa_proplist_sets (properties, PA_PROP_APPLICATION_ID, "io.github.blurbox.Blurbox");
  pa_proplist_sets (properties, PA_PROP_MEDIA_ROLE, "video");
  self->context =
    pa_context_new_with_proplist (pa_glib_mainloop_get_api (self->pulse), "Blurbox", properties);
  pa_proplist_free (properties);
  if (self->context != NULL)
    pa_context_connect (self->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL);
}

static void
close_context (BbSound *self)
{
  drop_stream (self);
  if (self->context == NULL)
    return;
  pa_context_disconnect (self->context);
  g_clear_pointer (&self->context, pa_context_unref);
}

/* Where the stream begins: a clock that runs already is joined. */
static gint64
get_stream_time (BbSound *self)
{
  gint64 time;

  g_mutex_lock (&self->lock);
  time = self->wanted_time;
  if (self->started && (!self->held || g_get_monotonic_time () > self->held_since + PATIENCE))
    time = get_time (self) + JOIN_AHEAD;
  g_mutex_unlock (&self->lock);
  return time;
}

/* Does what is wanted as far as the server has come. */
static void
advance (BbSound *self)
{
  gboolean wanted, started, failed;
  guint64 serial;

  g_mutex_lock (&self->lock);
  serial = self->serial;
  wanted = self->wanted;
  started = self->started;
  failed = self->failed;
  g_mutex_unlock (&self->lock);

  if (serial != self->done_serial)
    {
      drop_stream (self);
      self->done_serial = serial;
      if (wanted &&
          (self->context == NULL || !PA_CONTEXT_IS_GOOD (pa_context_get_state (self->context))))
        {
          close_context (self);
          open_context (self);
        }
    }
  if (!wanted || failed)
    return;
  if (self->context == NULL || !PA_CONTEXT_IS_GOOD (pa_context_get_state (self->context)))
    fail (self);
  else if (self->stream == NULL && pa_context_get_state (self->context) == PA_CONTEXT_READY)
    open_stream (self, get_stream_time (self));
  else if (self->stream != NULL && started && self->filled && !self->uncorked)
    {
      pa_operation *operation = pa_stream_cork (self->stream, 0, NULL, NULL);

      self->uncorked = TRUE;
      if (operation != NULL)
        pa_operation_unref (operation);
    }
}

static gboolean
has_quit (BbSound *self)
{
  gboolean quit;

  g_mutex_lock (&self->lock);
  quit = self->quit;
  g_mutex_unlock (&self->lock);
  return quit;
}

static gpointer
sound_thread (gpointer data)
{
  BbSound *self = data;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (self->loop);
  self->pulse = pa_glib_mainloop_new (self->loop);
  self->reader = bb_audio_reader_new (self->path, self->file_start, RATE, self->closing, &error);
  if (self->reader == NULL)
    {
      g_debug ("%s", error->message);
      g_mutex_lock (&self->lock);
      self->hopeless = TRUE;
      g_mutex_unlock (&self->lock);
      fail (self);
    }
  else
    {
      open_context (self);
      while (!has_quit (self))
        {
          advance (self);
          g_main_context_iteration (self->loop, TRUE);
        }
      close_context (self);
    }
  g_clear_pointer (&self->reader, bb_audio_reader_free);
  pa_glib_mainloop_free (self->pulse);
  g_main_context_pop_thread_default (self->loop);
  sound_unref (self);
  return NULL;
}

/**
 * bb_sound_new:
 * @path: name of a file with sound
 * @start: instant that times are counted from, nanoseconds, as in #BbSourceInfo
 *
 * Begins to open the file and to connect to the server.
 *
 * Returns: (transfer full): sound that is not heard yet, to be freed by bb_sound_close()
 */
BbSound *
bb_sound_new (const char *path, gint64 start)
{
  BbSound *self = g_new0 (BbSound, 1);
  GThread *thread;

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->path = g_strdup (path);
  self->gain = 1.0f;
  self->file_start = start;
  self->closing = g_cancellable_new ();
  self->loop = g_main_context_new ();
  g_atomic_ref_count_inc (&self->refs);
  thread = bb_thread_new ("bb-sound", sound_thread, self, NULL);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return self;
    }
  self->hopeless = TRUE;
  sound_unref (self);
  return self;
}

/**
 * bb_sound_close:
 * @self: (transfer full): a sound
 *
 * Ends it. Its thread ends on its own shortly after.
 */
void
bb_sound_close (BbSound *self)
{
  g_mutex_lock (&self->lock);
  self->quit = TRUE;
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->closing);
  g_main_context_wakeup (self->loop);
  sound_unref (self);
}

/* Says what is wanted, with the lock held. */
static void
want (BbSound *self, gint64 time)
{
  self->wanted = TRUE;
  self->wanted_time = time;
  self->started = FALSE;
  /* The server may be back. */
  self->failed = self->hopeless;
  self->serial++;
}

/**
 * bb_sound_prepare:
 * @self: a sound
 * @time: nanoseconds from the source's start
 *
 * Gets ready to begin at @time, so that bb_sound_start() is heard at once.
 */
void
bb_sound_prepare (BbSound *self, gint64 time)
{
  g_mutex_lock (&self->lock);
  if (!self->wanted || self->started || self->wanted_time != time)
    want (self, time);
  g_mutex_unlock (&self->lock);
  g_main_context_wakeup (self->loop);
}

/**
 * bb_sound_start:
 * @self: a sound
 * @time: nanoseconds from the source's start
 *
 * Plays from @time on. bb_sound_get_time() stands at @time until it is heard, for a while at most.
 */
void
bb_sound_start (BbSound *self, gint64 time)
{
  g_mutex_lock (&self->lock);
  if (!self->wanted || self->started || self->wanted_time != time)
    want (self, time);
  self->started = self->held = TRUE;
  self->held_since = g_get_monotonic_time ();
  self->base_time = time;
  g_mutex_unlock (&self->lock);
  g_main_context_wakeup (self->loop);
}

/**
 * bb_sound_stop:
 * @self: a sound
 *
 * Falls silent at once.
 */
void
bb_sound_stop (BbSound *self)
{
  g_mutex_lock (&self->lock);
  if (self->wanted)
    {
      self->wanted = self->started = self->held = FALSE;
      self->serial++;
    }
  g_mutex_unlock (&self->lock);
  g_main_context_wakeup (self->loop);
}

/**
 * bb_sound_set_muted:
 * @self: a sound
 * @muted: whether silence is to be heard; time goes on
 */
void
bb_sound_set_muted (BbSound *self, gboolean muted)
{
  g_mutex_lock (&self->lock);
  self->muted = muted;
  g_mutex_unlock (&self->lock);
}

/**
 * bb_sound_set_volume:
 * @self: a sound
 * @volume: from 0, silence, to 1, as loud as in the file. As ears hear it: the gain is its third power, as sound
 *   servers have it
 */
void
bb_sound_set_volume (BbSound *self, double volume)
{
  g_mutex_lock (&self->lock);
  self->gain = (float) (volume * volume * volume);
  g_mutex_unlock (&self->lock);
}

/**
 * bb_sound_get_time:
 * @self: a sound
 * @time: (out): what is heard now, nanoseconds from the source's start
 *
 * Returns: whether it plays; %FALSE as well where there is no server or no sound in the file
 */
gboolean
bb_sound_get_time (BbSound *self, gint64 *time)
{
  gboolean playing;

  g_mutex_lock (&self->lock);
  playing = self->started && !self->failed;
  if (playing)
    *time = get_time (self);
  g_mutex_unlock (&self->lock);
  return playing;
}
