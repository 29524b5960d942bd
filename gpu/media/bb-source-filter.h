/* bb-source-filter.h: what the files of the source share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-deinterlacer.h"
#include "bb-filter.h"
#include "bb-reader.h"
#include "bb-source.h"

G_BEGIN_DECLS

/* What a file's header says of how long the picture is. */
typedef enum {
  BB_PROMISE_NONE,
  BB_PROMISE_FILE, /* all tracks together */
  BB_PROMISE_PICTURE,
} BbPromise;

struct _BbSource {
  char *path;
  BbSourceInfo info;
  BbFormat stored; /* the format without tone mapping */
  char *shape_notice;
  AVCodecParameters *parameters;
  int stream_index;
  AVRational time_base;
  const BbDeviceMedia *media; /* (nullable): of the device that was to decode */
  BbReader *reader;
  AVFrame *first; /* the first frame, as it was decoded, kept for what it tells */

  /* From the reader to the filter. */
  GQueue decoded; /* of AVFrame */
  gboolean ended;
  gint64 hurry_until; /* what was left out lies before this */
  gint64 skip_to;     /* the frame that is shown at this time is next; AV_NOPTS_VALUE: any */
  gboolean skipped;
  gint64 first_in; /* time of the first frame since reading began here, AV_NOPTS_VALUE: none yet */

  /* Through the filter. */
  enum AVPixelFormat pixel_format; /* what all frames have in the end, before grey gets chroma */
  gboolean tone_map;
  gboolean deinterlace; /* set once; atomic, as it is read on other threads too */
  BbFilter *filter;
  gboolean filter_flushed;
  gboolean filter_deinterlaces;
  BbDeinterlacer *deinterlacer; /* of frames on a GPU, instead of a filter */
  gint64 last_out; /* time of the last frame since reading began here, AV_NOPTS_VALUE: none yet */
  gint64 resume_after;  /* frames up to this time came out before a card failed */
  AVBufferRef *neutral; /* a chroma plane of grey */
  int neutral_stride;

  AVFrame *next; /* handed out by the next read; kept to tell the duration of the one before */
  BbPromise promise;
  gint64 promised;    /* nanoseconds from the start */
  gint64 last_end;    /* of the frames that were read, nanoseconds from the start; G_MININT64: none */
  gint64 last_length; /* of the last frame, nanoseconds */
  gint64 last_duration; /* of the frame that was decoded last */
};

/* bb-source.c */
void bb_source_free_frame (gpointer data);
gboolean bb_source_decode (BbSource *source, GCancellable *cancellable, GError **error);
gint64 bb_source_get_lead (BbSource *source, gint64 time);
gboolean bb_source_skip (BbSource *source, gint64 time, GCancellable *cancellable, GError **error);

/* bb-source-end.c */
void bb_source_note_promise (BbSource *source);

/* bb-source-filter.c */
BbFilter *bb_source_open_filter (BbSource *source, const AVFrame *frame, GError **error);
void bb_source_forget_filter (BbSource *source);
gboolean bb_source_filter (BbSource *source, AVFrame **out, GCancellable *cancellable,
                           GError **error);

G_END_DECLS
