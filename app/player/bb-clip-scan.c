/* bb-clip-scan.c: what a timeline shows of a clip besides pictures: how loud it is, and where it is cut
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-clip-scan.h"

#include "bb-niceness.h"

#include <glib/gi18n.h>
#include <math.h>

#define SOUND_RATE 48000
#define SAMPLES_A_PEAK (SOUND_RATE / BB_PEAKS_RATE)
/* Peaks that are handed over at once: ten seconds of sound. */
#define PEAKS_AT_ONCE 1000

typedef struct {
  GFile *file;
  BbPlayerSource source;
  BbClipScanFlags flags;
  const BbClipScanFuncs *funcs;
  gpointer func_data;
} Scan;

/* Something that was found, on its way to the caller. */
typedef struct {
  GTask *task;
  guint first;
  guint n; /* of peaks; 0 where it is a cut */
  gint64 time;
  BbPeak peaks[PEAKS_AT_ONCE];
} Delivery;

/* A source and the frame after the one at hand. */
typedef struct {
  BbSource *source;
  BbFrame *next;
  gboolean ended;
  GCancellable *cancellable;
  GError *error;
} Reader;

static void
scan_free (gpointer data)
{
  Scan *scan = data;

  g_object_unref (scan->file);
  g_free (scan);
}

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  g_object_unref (delivery->task);
  g_free (delivery);
}

static gboolean
deliver_cb (gpointer data)
{
  Delivery *delivery = data;
  Scan *scan = g_task_get_task_data (delivery->task);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (delivery->task)))
    return G_SOURCE_REMOVE;
  if (delivery->n > 0)
    scan->funcs->peaks (delivery->first, delivery->peaks, delivery->n, scan->func_data);
  else
    scan->funcs->cut (delivery->time, scan->func_data);
  return G_SOURCE_REMOVE;
}

/* Takes it. */
static void
deliver (GTask *task, Delivery *delivery)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  delivery->task = g_object_ref (task);
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, deliver_cb, delivery, delivery_free);
  g_source_set_static_name (source, "Blurbox clip scan");
  g_source_attach (source, g_task_get_context (task));
}

static BbPeak
measure (const float *samples, gsize n)
{
  float low = samples[0];
  float high = samples[0];

  for (gsize i = 1; i < n * BB_AUDIO_READER_CHANNELS; i++)
    {
      low = MIN (low, samples[i]);
      high = MAX (high, samples[i]);
    }
  return (BbPeak) { (gint16) lrintf (CLAMP (low, -1.0f, 1.0f) * G_MAXINT16),
                    (gint16) lrintf (CLAMP (high, -1.0f, 1.0f) * G_MAXINT16) };
}

static gboolean
find_peaks (GTask *task, Scan *scan, const char *path, GError **error)
{
  g_autoptr (BbAudioReader) reader = bb_audio_reader_new (path, scan->source.start, SOUND_RATE,
                                                          g_task_get_cancellable (task), error);
  float samples[SAMPLES_A_PEAK * BB_AUDIO_READER_CHANNELS];
  Delivery *delivery = NULL;
  guint n_peaks = 0;
  gsize n;

  if (reader == NULL || !bb_audio_reader_seek (reader, 0, error))
    return FALSE;
  while ((n = bb_audio_reader_read (reader, samples, SAMPLES_A_PEAK)) > 0)
    {
      if (delivery == NULL)
        {
          delivery = g_new0 (Delivery, 1);
          delivery->first = n_peaks;
        }
      delivery->peaks[delivery->n++] = measure (samples, n);
      n_peaks++;
      if (delivery->n == PEAKS_AT_ONCE)
        deliver (task, g_steal_pointer (&delivery));
    }
  if (delivery != NULL)
    deliver (task, delivery);
  return !g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), error);
}

static const BbFrame *
peek_cb (gpointer user_data)
{
  Reader *reader = user_data;

  if (reader->next == NULL && !reader->ended)
    {
      reader->next = bb_source_read (reader->source, reader->cancellable, &reader->error);
      reader->ended = reader->next == NULL;
    }
  return reader->next;
}

static gboolean
find_cuts (GTask *task, const char *path, GError **error)
{
  g_autoptr (BbSource) source = bb_source_new (path, error);
  Reader reader = { .source = source, .cancellable = g_task_get_cancellable (task) };
  BbCutDetector detector = { 0 };

  if (source == NULL)
    return FALSE;
  while (peek_cb (&reader) != NULL)
    {
      g_autoptr (BbFrame) frame = g_steal_pointer (&reader.next);

      if (bb_cut_detector_push (&detector, frame, peek_cb, &reader))
        {
          Delivery *delivery = g_new0 (Delivery, 1);

          delivery->time = bb_source_info_get_time (bb_source_get_info (source), frame->pts);
          deliver (task, delivery);
        }
    }
  if (reader.error != NULL)
    g_propagate_error (error, reader.error);
  return reader.error == NULL;
}

static gpointer
scan_thread (gpointer data)
{
  g_autoptr (GTask) task = G_TASK (data);
  Scan *scan = g_task_get_task_data (task);
  g_autofree char *path = g_file_get_path (scan->file);
  GError *error = NULL;

  /* The player has it open: it is on this machine. */
  bb_niceness_enter (BB_NICENESS_ESTIMATE);
  if ((scan->flags & BB_CLIP_SCAN_PEAKS) != 0 && scan->source.has_audio &&
      !find_peaks (task, scan, path, &error) && (scan->flags & BB_CLIP_SCAN_CUTS) != 0 &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_info ("Peaks of the sound: %s", error->message);
      g_clear_error (&error);
    }
  if (error == NULL && (scan->flags & BB_CLIP_SCAN_CUTS) != 0)
    find_cuts (task, path, &error);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  return NULL;
}

/**
 * bb_clip_scan_async:
 * @file: a local file that a player has open
 * @source: what is known of it
 * @flags: what is looked for
 * @funcs: takes what is found; stays valid
 * @func_data: data for @funcs
 * @cancellable: a cancellable; nothing is called any more once it is cancelled, but for @callback
 * @callback: (nullable): called when all was found
 * @user_data: data for @callback
 *
 * Reads a file from its beginning to its end, on a thread that stands back.
 */
void
bb_clip_scan_async (GFile *file, const BbPlayerSource *source, BbClipScanFlags flags,
                    const BbClipScanFuncs *funcs, gpointer func_data, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Scan *scan = g_new0 (Scan, 1);
  GError *error = NULL;
  GThread *thread;

  scan->file = g_object_ref (file);
  scan->source = *source;
  scan->flags = flags;
  scan->funcs = funcs;
  scan->func_data = func_data;
  g_task_set_source_tag (task, bb_clip_scan_async);
  g_task_set_task_data (task, scan, scan_free);
  thread = bb_thread_new ("bb-clip-scan", scan_thread, task, &error);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * bb_clip_scan_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_clip_scan_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
