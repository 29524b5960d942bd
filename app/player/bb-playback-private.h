/* bb-playback-private.h: what the threads behind a player share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three threads: one decodes ahead, one runs the device ahead, one shows what is due. All state is
 * under one lock, which nobody holds while working. Each thread has a reference of its own and ends
 * by itself once `quit` is set, so that closing waits for none of them.
 */

#pragma once

#include "bb-meter.h"
#include "bb-playback.h"
#include "bb-sound.h"
#include "bb-wake.h"
#include "blurbox.h"

G_BEGIN_DECLS

/* A decoded frame and when it is shown, nanoseconds from the source's start */
typedef struct {
  BbFrame *frame;
  gint64 time;
  gint64 end;
} BbPlaybackFrame;

/* A finished frame as a picture, which waits for its time */
typedef struct {
  BbPicture *picture;
  BbPicture *compared;
  gint64 pts;
  gint64 time;
  gint64 end;
} BbPlaybackPicture;

struct _BbPlayback {
  gatomicrefcount refs;
  GMutex lock;
  GCond decode_cond;
  GCond effect_cond;
  GCond clock_cond;
  GCond end_cond;
  int n_threads;      /* that have something left to do */
  GPtrArray *threads; /* of the owner */
  gboolean quit;
  GCancellable *closing; /* cancelled together with quit */

  /* Written before the threads start. */
  struct {
    BbSource *source; /* of the decode thread, but for its info */
    BbSourcePassing passing;
    char *path;
    BbSound *sound; /* (nullable) */
    BbPlayerSource about;
    BbSourceInfo info; /* as the file is, without tone mapping */
    gint64 first_time;
    gint64 frame_duration; /* on average, a guess where unknown */
  } file;

  /* Of the owner's thread. */
  struct {
    BbPlayerSettings settings;
    gboolean on_gpu; /* whether the device is a GPU */
    BbFormat target; /* what an encoder would get */
    gboolean tone_map;
    guint64 look; /* changes with all that changes the picture */
    gint64 trim_start;
    gint64 trim_end; /* G_MAXINT64: none */
    gboolean playing;
    double rate;     /* times as fast as the file */
    gboolean at_end; /* played to the end; playing again begins at the start */
    gboolean seek_pending;
    gint64 seek_target; /* where it goes, or is */
    gboolean passing;   /* pictures on the way there are wanted too: a hand looks for a place */
    int steps;
  } wanted;

  /* Of the decode thread. */
  struct {
    GPtrArray *frames;     /* of BbPlaybackFrame, without a gap, in order */
    int cursor;            /* the one to be shown now; -1 where none is */
    int next;              /* the first one that the device has not taken */
    gboolean ended;        /* none comes after these */
    gboolean tone_map;     /* how the source is set */
    BbDevice *device;      /* (nullable): where it decodes to */
    guint64 epoch;         /* changes when the cursor jumps */
    GCancellable *seeking; /* (nullable): cancels the seek in progress */
    gboolean landing;      /* a seek through the file is in progress */
    GPtrArray *kept;       /* of BbPlaybackFrame that came on the way, in no order */
    gboolean shows_passed; /* what comes on the way next is to be shown */
    gint64 passed_at;      /* when a frame on its way was handed over last, monotonic */
    gint64 on_way;         /* time of the last frame on its way; G_MININT64: none yet */
    gint64 seeking_since;  /* when the first seek began that nothing was shown of; 0: none */
  } decoded;

  /* Of the effect thread. */
  struct {
    gboolean redo; /* the frame at the cursor is to be made at once, alone */
    gboolean busy; /* a job is on the device */
    BbPlaybackFrame
      passed;         /* on the way to the one that is sought, to be shown until that is there */
    BbDevice *device; /* (nullable): that is open; decoded frames are wanted there */
    GCancellable *batching; /* (nullable): cancels the batch in progress */
    GQueue queue;           /* of BbPlaybackPicture, ahead of the clock */
    GQueue discarded;       /* of BbPlaybackPicture, to be freed */
    guint part;             /* frames that the device takes at once */
    guint ahead;            /* most pictures in @queue */
    guint history;          /* decoded frames that are kept behind the cursor */
    char device_name[96];
    guint64 memory;
    int batch; /* frames a batch in use */
  } made;

  /* Of the clock thread. */
  struct {
    gboolean running;
    gint64 base_time;
    gint64 base_monotonic;
  } clock;

  /* For the owner. */
  struct {
    BbWake *wake; /* (nullable): from the start to the end */
    BbPicture *picture;
    BbPicture *compared;
    gboolean is_new; /* whether nobody took the picture yet */
    gint64 position;
    gboolean ended;
    GError *error;
  } news;

  struct {
    BbMeter decode;
    BbMeter effect;
    BbMeter batches;
    BbMeter display;
    guint frames_in_batch;
    guint64 dropped;
    guint64 shown;
    gint64 shown_time; /* of the frame counted last: made anew it is no other frame */
    guint64 shown_generation;
    gboolean gpu_decodes;
    char *decode_notice;
  } figures;
};

void bb_playback_thread_ends (BbPlayback *self);
gpointer bb_playback_decode_thread (gpointer data);
gpointer bb_playback_effect_thread (gpointer data);
gpointer bb_playback_clock_thread (gpointer data);

/* All of these with the lock held, but for the last thing that a thread does. */
void bb_playback_tell (BbPlayback *self);
void bb_playback_set_on_gpu (BbPlayback *self, gboolean on_gpu);
void bb_playback_fail (BbPlayback *self, GError *error);
void bb_playback_warn (BbPlayback *self, const GError *error);
void bb_playback_discard (BbPlayback *self, BbPlaybackPicture *item);
void bb_playback_show (BbPlayback *self, BbPicture *picture, BbPicture *compared);
gboolean bb_playback_is_stale (BbPlayback *self, const BbPicture *picture);
void bb_playback_init_passing (BbPlayback *self);
gboolean bb_playback_is_outdated (BbPlayback *self);
gboolean bb_playback_is_nearer (BbPlayback *self, gint64 time);
void bb_playback_drop_passed (BbPlayback *self);
void bb_playback_cancel_overtaken (BbPlayback *self);
void bb_playback_pass_kept (BbPlayback *self);
void bb_playback_begin_landing (BbPlayback *self, gboolean other_frames);
void bb_playback_go_to (BbPlayback *self, gint64 time);
void bb_playback_set_cursor (BbPlayback *self, int index);
void bb_playback_flush (BbPlayback *self);
void bb_playback_trim_window (BbPlayback *self);
gint64 bb_playback_get_start (BbPlayback *self);
void bb_playback_prepare_clock (BbPlayback *self);
void bb_playback_start_clock (BbPlayback *self, gint64 time);
void bb_playback_stop_clock (BbPlayback *self);
gint64 bb_playback_get_now (BbPlayback *self);
gboolean bb_playback_is_taken (BbPlayback *self);
gboolean bb_playback_is_exhausted (BbPlayback *self);

static inline BbPlaybackFrame *
bb_playback_get_frame (BbPlayback *self, int index)
{
  return g_ptr_array_index (self->decoded.frames, index);
}

void bb_playback_picture_free (gpointer data);

static inline double
bb_playback_seconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) * 1e-6;
}

G_END_DECLS
