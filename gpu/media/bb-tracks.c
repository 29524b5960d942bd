/* bb-tracks.c: everything of a file besides its picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sound, subtitles, chapters and metadata. They are read by a demuxer of their own, as far as the
 * picture has come and no further, so that memory stays the same however far the picture's stages
 * have run ahead.
 */

#include "config.h"

#include "bb-tracks.h"

#include "bb-audio.h"
#include "bb-clock.h"
#include "bb-container.h"
#include "bb-error.h"
#include "bb-extras.h"
#include "bb-ffmpeg.h"
#include "bb-input.h"
#include "bb-metadata.h"
#include "bb-scan.h"
#include "bb-source-private.h"
#include "bb-subtitle.h"
#include "bb-trial.h"

#include <glib/gi18n-lib.h>

/* How long before a trim to begin, in AV_TIME_BASE. Few lines of text stay longer. */
#define SOUND_PREROLL AV_TIME_BASE
#define TEXT_PREROLL (30 * AV_TIME_BASE)

typedef struct {
  AVStream *in;
  AVStream *out;
  BbAudioEncoder *audio;
  BbSubtitle *subtitle;
  gint64 last_dts;
  gboolean ended;
  guint n_refused; /* packets that the container did not take */
} Track;

struct _BbTracks {
  char *path;
  AVFormatContext *demuxer;
  AVFormatContext *muxer;
  GCancellable *cancellable;
  GPtrArray *tracks; /* of Track, by stream of the demuxer; without an out they are left out */
  BbClock clock;
  GPtrArray *notices;
  gint64 start; /* nanoseconds in the source's own time */
  gint64 end;
  BbMetadata metadata;
  GPtrArray *extras; /* packets to begin with */
  AVPacket *packet; /* read, but not yet due */
  AVPacket *converted;
  gboolean at_end;
  Track *current;
};

static void
free_packet (gpointer data)
{
  AVPacket *packet = data;

  av_packet_free (&packet);
}

/* Takes the text. */
static void
add_notice (BbTracks *self, char *text)
{
  g_ptr_array_add (self->notices, text);
}

static const char *
get_codec (const Track *track)
{
  return avcodec_get_name (track->in->codecpar->codec_id);
}

/* Where the parameters are fit for the container, as its muxer itself says. */
static gboolean
add_stream (BbTracks *self, Track *track, const AVCodecParameters *parameters)
{
  if (bb_trial_header (self->muxer, parameters, track->in) < 0)
    return FALSE;
  track->out = avformat_new_stream (self->muxer, NULL);
  avcodec_parameters_copy (track->out->codecpar, parameters);
  track->out->time_base = track->in->time_base;
  bb_metadata_copy_stream (&self->metadata, track->out, track->in);
  return TRUE;
}

static gboolean
add_copied (BbTracks *self, Track *track)
{
  AVCodecParameters *parameters = avcodec_parameters_alloc ();
  gboolean added;

  avcodec_parameters_copy (parameters, track->in->codecpar);
  /* Tags are the container's own; for data there is nothing else. */
  if (parameters->codec_type != AVMEDIA_TYPE_DATA)
    parameters->codec_tag = 0;
  added = add_stream (self, track, parameters);
  avcodec_parameters_free (&parameters);
  return added;
}

static gboolean
add_encoded (BbTracks *self, Track *track, const AVCodecContext *context)
{
  AVCodecParameters *parameters = avcodec_parameters_alloc ();
  gboolean added;

  avcodec_parameters_from_context (parameters, context);
  added = add_stream (self, track, parameters);
  avcodec_parameters_free (&parameters);
  return added;
}

static void
add_audio (BbTracks *self, Track *track, BbAudio mode)
{
  g_autoptr (GError) error = NULL;
  enum AVCodecID codec = track->in->codecpar->codec_id;
  gboolean takes = codec != AV_CODEC_ID_NONE && bb_container_takes (self->muxer->oformat, codec);
  gboolean changes = FALSE;

  if (mode == BB_AUDIO_NONE)
    return;
  if (mode == BB_AUDIO_COPY && takes)
    {
      /* Other containers say at once what comes. */
      changes = bb_clock_needs_all (self->demuxer) &&
                bb_scan_changes (self->path, track->in, self->start, self->end, &self->cancellable);
      if (!changes && add_copied (self, track))
        return;
    }
  track->audio = bb_audio_encoder_new (track->in, self->muxer->oformat, self->start, self->end,
                                       self->notices, &error);
  if (track->audio == NULL)
    {
      /* Translators: a codec, the number of a track in its file, and what is wrong */
      add_notice (self, g_strdup_printf (_("The audio (%s, stream %d) is left out, since "
                                           "it cannot be encoded anew: %s"),
                                         get_codec (track), track->in->index,
                                         error->message));
      return;
    }
  if (!add_encoded (self, track, bb_audio_encoder_get_context (track->audio)))
    {
      /* Translators: a codec, and the number of a track in its file */
      add_notice (self, g_strdup_printf (_("The audio (%s, stream %d) is left out, since "
                                           "the container does not take it"),
                                         get_codec (track), track->in->index));
      g_clear_pointer (&track->audio, bb_audio_encoder_free);
      return;
    }
  track->out->time_base = bb_audio_encoder_get_context (track->audio)->time_base;
  if (mode == BB_AUDIO_COPY)
    add_notice (self, g_strdup_printf (changes
                                         /* Translators: a codec, and the number of a track */
                                         ? _("The audio (%s, stream %d) is encoded anew, since "
                                             "its channels or its rate change on the way")
                                         /* Translators: a codec, and the number of a track */
                                         : _("The audio (%s, stream %d) is encoded anew, since "
                                             "the container does not take it as it is"),
                                       get_codec (track), track->in->index));
}

static void
add_subtitles (BbTracks *self, Track *track)
{
  const AVOutputFormat *container = self->muxer->oformat;
  enum AVCodecID codec = track->in->codecpar->codec_id;
  enum AVCodecID wanted = g_str_equal (container->name, "webm")       ? AV_CODEC_ID_WEBVTT
                          : g_str_equal (container->name, "matroska") ? AV_CODEC_ID_SUBRIP
                                                                      : AV_CODEC_ID_MOV_TEXT;

  if ((codec == wanted || (codec != AV_CODEC_ID_MOV_TEXT && codec != AV_CODEC_ID_NONE &&
                           g_str_equal (container->name, "matroska") &&
                           bb_container_takes (container, codec))) &&
      add_copied (self, track))
    return;
  if (bb_subtitle_is_text (codec))
    track->subtitle = bb_subtitle_new (track->in, wanted);
  if (track->subtitle != NULL &&
      add_encoded (self, track, bb_subtitle_get_context (track->subtitle)))
    return;
  g_clear_pointer (&track->subtitle, bb_subtitle_free);
  /* Translators: a codec, and the number of a track in its file */
  add_notice (self, g_strdup_printf (_("The subtitle (%s, stream %d) is left out, since "
                                       "the container does not take it"),
                                     get_codec (track), track->in->index));
}

/* What cameras measure while they film goes along as it is. */
static gboolean
add_data (BbTracks *self, Track *track)
{
  return track->in->codecpar->codec_tag == MKTAG ('g', 'p', 'm', 'd') &&
         bb_container_is_mov (self->muxer->oformat) && add_copied (self, track);
}

static void
add_track (BbTracks *self, Track *track, const BbRecipeValues *values, gboolean is_picture)
{
  switch (track->in->codecpar->codec_type)
    {
    case AVMEDIA_TYPE_AUDIO:
      add_audio (self, track, values->audio);
      break;
    case AVMEDIA_TYPE_SUBTITLE:
      add_subtitles (self, track);
      break;
    default:
      if (!add_data (self, track))
        bb_extras_add (&self->metadata, track->in, is_picture, self->extras);
      break;
    }
}

static void
free_track (gpointer data)
{
  Track *track = data;

  bb_audio_encoder_free (track->audio);
  bb_subtitle_free (track->subtitle);
  g_free (track);
}

static Track *
new_track (BbTracks *self, guint stream)
{
  Track *track = g_new0 (Track, 1);

  track->in = self->demuxer->streams[stream];
  track->last_dts = AV_NOPTS_VALUE;
  g_ptr_array_add (self->tracks, track);
  return track;
}

/* Streams that a file only tells of while it is read: the container's header is written already. */
static void
note_late_streams (BbTracks *self)
{
  while (self->tracks->len < self->demuxer->nb_streams)
    {
      const Track *track = new_track (self, self->tracks->len);
      enum AVMediaType type = track->in->codecpar->codec_type;

      if (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO || type == AVMEDIA_TYPE_SUBTITLE)
        /* Translators: the number of a track in its file */
        add_notice (self, g_strdup_printf (_("Stream %d is left out, since it begins in the "
                                             "middle of the file"),
                                           track->in->index));
    }
}

/* Whether a track begins so late that nothing is known of it. */
static gboolean
has_unknown (const AVFormatContext *demuxer)
{
  for (guint i = 0; i < demuxer->nb_streams; i++)
    {
      const AVCodecParameters *parameters = demuxer->streams[i]->codecpar;

      if (parameters->codec_type == AVMEDIA_TYPE_AUDIO &&
          (parameters->sample_rate <= 0 || parameters->ch_layout.nb_channels <= 0))
        return TRUE;
    }
  return FALSE;
}

static gboolean
open_demuxer (BbTracks *self, BbSource *source, GError **error)
{
  const char *path = bb_source_get_path (source);
  int result = bb_input_open (&self->demuxer, path, FALSE, &self->cancellable);

  if (result >= 0 && has_unknown (self->demuxer))
    {
      bb_input_close (&self->demuxer);
      result = bb_input_open (&self->demuxer, path, TRUE, &self->cancellable);
    }
  if (result >= 0)
    return TRUE;
  {
    g_autofree char *name = g_filename_display_name (path);
    const char *advice;

    /* Translators: the name of a file, and what is wrong */
    g_set_error (error, BB_ERROR, BB_ERROR_INPUT, _("Cannot read the sound of “%s”: %s"), name,
                 bb_input_reason (result, &advice));
  }
  return FALSE;
}

/* Sound may begin before the picture. */
static void
set_cut (BbTracks *self, gint64 start, int picture)
{
  const AVStream *stream =
    picture < (int) self->demuxer->nb_streams ? self->demuxer->streams[picture] : NULL;

  self->metadata.cut = start;
  if (start > 0 && stream != NULL && stream->start_time != AV_NOPTS_VALUE)
    self->metadata.cut =
      MAX (self->start - av_rescale_q (stream->start_time, stream->time_base, BB_NANOSECONDS), 0);
}

/**
 * bb_tracks_new:
 * @source: where the picture comes from
 * @recipe: what to make: trim and sound
 * @muxer: has the picture's stream; gets one for each track, and chapters and metadata
 * @notices: (element-type utf8): gets a sentence on each track that changes or is left out
 * @cancellable: (nullable): ends reading; tracks that are not known then are left out
 * @error: return location for an error
 *
 * Opens everything of a file besides its picture.
 *
 * Returns: (transfer full): the tracks, or %NULL with %BB_ERROR_INPUT
 */
BbTracks *
bb_tracks_new (BbSource *source, const BbRecipe *recipe, AVFormatContext *muxer, GPtrArray *notices,
               GCancellable *cancellable, GError **error)
{
  const BbRecipeValues *values = bb_recipe_get (recipe);
  const BbSourceInfo *info = bb_source_get_info (source);
  int picture = bb_source_get_stream_index (source);
  gboolean has_text = FALSE;
  BbTracks *self = g_new0 (BbTracks, 1);

  self->path = g_strdup (bb_source_get_path (source));
  self->cancellable = cancellable;
  self->muxer = muxer;
  self->notices = notices;
  self->start = info->start + values->start;
  self->end = values->end < 0 ? G_MAXINT64 : info->start + values->end;
  self->extras = g_ptr_array_new_with_free_func (free_packet);
  self->packet = av_packet_alloc ();
  self->converted = av_packet_alloc ();
  if (!open_demuxer (self, source, error))
    {
      bb_tracks_free (self);
      return NULL;
    }
  self->metadata = (BbMetadata) {
    .demuxer = self->demuxer,
    .muxer = muxer,
    .notices = notices,
    .rate = { info->rate_num, info->rate_den },
    .start = self->start,
    .end = self->end,
  };
  set_cut (self, values->start, picture);
  bb_metadata_copy_file (&self->metadata, picture);
  if (picture < (int) self->demuxer->nb_streams)
    bb_metadata_copy_stream (&self->metadata, muxer->streams[0], self->demuxer->streams[picture]);
  bb_metadata_note_picture (source, notices);
  self->tracks = g_ptr_array_new_with_free_func (free_track);
  for (guint i = 0; i < self->demuxer->nb_streams; i++)
    {
      Track *track = new_track (self, i);

      if (bb_input_is_beside (self->demuxer, (int) i, picture))
        add_track (self, track, values, (int) i == picture);
      else if (track->in->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
        /* Translators: the number of a track in its file */
        add_notice (self, g_strdup_printf (_("Stream %u is left out, since it belongs to another "
                                             "program"),
                                           i));
      has_text |= track->subtitle != NULL ||
                  (track->out != NULL && track->in->codecpar->codec_type == AVMEDIA_TYPE_SUBTITLE);
      if (track->out == NULL && !bb_clock_needs_all (self->demuxer))
        track->in->discard = AVDISCARD_ALL;
    }
  bb_metadata_copy_chapters (&self->metadata);
  bb_metadata_note_lost (&self->metadata);

  if (values->start > 0)
    /* Early: frames of sound, and lines of text, that began before the start reach into it. */
    avformat_seek_file (self->demuxer, -1, G_MININT64,
                        self->start / 1000 - (has_text ? TEXT_PREROLL : SOUND_PREROLL),
                        self->start / 1000, 0);
  self->cancellable = NULL;
  return self;
}

/**
 * bb_tracks_free:
 * @tracks: (transfer full) (nullable): tracks
 */
void
bb_tracks_free (BbTracks *tracks)
{
  if (tracks == NULL)
    return;
  g_clear_pointer (&tracks->tracks, g_ptr_array_unref);
  bb_clock_clear (&tracks->clock);
  g_free (tracks->path);
  g_ptr_array_unref (tracks->extras);
  av_packet_free (&tracks->packet);
  av_packet_free (&tracks->converted);
  bb_input_close (&tracks->demuxer);
  g_free (tracks);
}

static int
mux (BbTracks *self, Track *track, AVPacket *packet)
{
  const AVFormatContext *muxer = self->muxer;
  gint64 least = track->last_dts;
  int result;

  packet->stream_index = track->out->index;
  packet->pos = -1;
  if (packet->dts == AV_NOPTS_VALUE)
    packet->dts = packet->pts;
  /* Muxers refuse times that do not rise, some also those that stay; sources sometimes have them. */
  if (least != AV_NOPTS_VALUE && (muxer->oformat->flags & AVFMT_TS_NONSTRICT) == 0)
    least++;
  if (least != AV_NOPTS_VALUE && packet->dts != AV_NOPTS_VALUE && packet->dts < least)
    {
      packet->dts = least;
      packet->pts = MAX (packet->pts, packet->dts);
    }
  if (packet->dts != AV_NOPTS_VALUE)
    track->last_dts = packet->dts;
  result = av_interleaved_write_frame (self->muxer, packet);
  if (result >= 0 || muxer->pb->error < 0 || result == AVERROR (ENOMEM) ||
      g_cancellable_is_cancelled (self->cancellable))
    return result;
  /* Not the file's fault: what is damaged is left out, as damaged pictures are. */
  g_debug ("A packet of stream %d is refused: %s", track->in->index, bb_ffmpeg_reason (result));
  track->n_refused++;
  return 0;
}

static int
mux_encoded (AVPacket *packet, gpointer user_data)
{
  BbTracks *self = user_data;
  Track *track = self->current;

  av_packet_rescale_ts (packet, bb_audio_encoder_get_context (track->audio)->time_base,
                        track->out->time_base);
  return mux (self, track, packet);
}

/* Brings a packet's times from @time_base to the target's, which starts at the trim: each rounded once. */
static void
shift (BbTracks *self, Track *track, AVRational time_base, AVPacket *packet)
{
  AVRational to = track->out->time_base;
  gint64 start = self->start;

  if (packet->pts != AV_NOPTS_VALUE)
    packet->pts =
      av_rescale_q (bb_ffmpeg_nanoseconds (packet->pts, time_base) - start, BB_NANOSECONDS, to);
  if (packet->dts != AV_NOPTS_VALUE)
    packet->dts =
      av_rescale_q (bb_ffmpeg_nanoseconds (packet->dts, time_base) - start, BB_NANOSECONDS, to);
  packet->duration = av_rescale_q (packet->duration, time_base, to);
}

/* A line of text is shown from the trim's start to its end at most. */
static int
mux_text (BbTracks *self, Track *track, AVRational time_base, AVPacket *packet)
{
  gint64 begins = bb_ffmpeg_nanoseconds (packet->pts, time_base);
  gint64 ends = begins + bb_ffmpeg_nanoseconds (packet->duration, time_base);
  gboolean lasts = packet->duration > 0; /* else until the next one */

  if (packet->pts == AV_NOPTS_VALUE || begins >= self->end || (ends <= self->start && begins < self->start))
    return 0;
  begins = MAX (begins, self->start);
  ends = MIN (ends, self->end);
  packet->pts = packet->dts =
    av_rescale_q (begins - self->start, BB_NANOSECONDS, track->out->time_base);
  packet->duration =
    lasts ? av_rescale_q (ends - self->start, BB_NANOSECONDS, track->out->time_base) - packet->pts : 0;
  return mux (self, track, packet);
}

static int
convert_text (BbTracks *self, Track *track, const AVPacket *packet)
{
  int result = bb_subtitle_convert (track->subtitle, packet, self->converted);

  /* Damaged lines are left out. */
  if (result > 0)
    result = mux_text (self, track, AV_TIME_BASE_Q, self->converted);
  else
    result = 0;
  av_packet_unref (self->converted);
  return result;
}

static int
end_audio (BbTracks *self, Track *track)
{
  if (track->audio == NULL || track->ended)
    return 0;
  track->ended = TRUE;
  self->current = track;
  return bb_audio_encoder_push (track->audio, NULL, mux_encoded, self);
}

static int
handle (BbTracks *self, Track *track, AVPacket *packet)
{
  gint64 begins = G_MININT64;
  gint64 ends = G_MAXINT64;

  if (packet->pts != AV_NOPTS_VALUE)
    {
      begins = bb_ffmpeg_nanoseconds (packet->pts, track->in->time_base);
      ends = begins + bb_ffmpeg_nanoseconds (packet->duration, track->in->time_base);
    }
  if (track->subtitle != NULL)
    return convert_text (self, track, packet);
  if (track->in->codecpar->codec_type == AVMEDIA_TYPE_SUBTITLE)
    return mux_text (self, track, track->in->time_base, packet);
  if (begins >= self->end)
    return end_audio (self, track);
  if (track->audio != NULL)
    {
      if (track->ended)
        return 0;
      self->current = track;
      return bb_audio_encoder_push (track->audio, packet, mux_encoded, self);
    }
  /* What a source begins with is kept even where it lies before its start: decoders need it. */
  if (ends <= self->start && self->start > 0 && packet->duration > 0 &&
      bb_ffmpeg_nanoseconds (self->demuxer->start_time, AV_TIME_BASE_Q) < self->start)
    return 0;
  shift (self, track, track->in->time_base, packet);
  return mux (self, track, packet);
}

static int
finish_track (BbTracks *self, Track *track)
{
  AVPacket *nothing = av_packet_alloc ();
  int result = end_audio (self, track);

  if (result >= 0 && track->subtitle != NULL)
    result = convert_text (self, track, nothing);
  av_packet_free (&nothing);
  if (track->audio != NULL && bb_audio_encoder_get_n_corrupt (track->audio) > 0)
    /* Translators: a codec, and the number of a track in its file */
    add_notice (self, g_strdup_printf (_("The audio (%s, stream %d) is damaged; the "
                                         "damaged parts are silent"),
                                       get_codec (track), track->in->index));
  if (track->n_refused > 0)
    add_notice (self,
                /* Translators: a number, a codec, and the number of a track in its file */
                g_strdup_printf (ngettext ("%u damaged packet of %s (stream %d) is left out",
                                           "%u damaged packets of %s (stream %d) are left out",
                                           track->n_refused),
                                 track->n_refused, get_codec (track), track->in->index));
  return result;
}

static int
finish (BbTracks *self)
{
  int result = 0;

  for (guint i = 0; i < self->tracks->len && result >= 0; i++)
    result = finish_track (self, self->tracks->pdata[i]);
  return result;
}

/* The next packet, in the time of the file's beginning. */
static int
read_packet (BbTracks *self)
{
  int result = av_read_frame (self->demuxer, self->packet);

  if (g_cancellable_is_cancelled (self->cancellable))
    return AVERROR_EXIT;
  if (result < 0)
    return result;
  note_late_streams (self);
  bb_clock_shift (&self->clock, self->demuxer->streams[self->packet->stream_index], self->packet);
  return 0;
}

/**
 * bb_tracks_write_until:
 * @tracks: tracks
 * @time: nanoseconds from the target's start; %G_MAXINT64 writes the rest
 * @cancellable: (nullable): a cancellable
 *
 * Muxes what comes before @time.
 *
 * Returns: 0, or a negative FFmpeg error
 */
int
bb_tracks_write_until (BbTracks *tracks, gint64 time, GCancellable *cancellable)
{
  int result = bb_extras_write (tracks->muxer, tracks->extras);

  tracks->cancellable = cancellable;
  while (!tracks->at_end && result >= 0)
    {
      AVPacket *packet = tracks->packet;
      Track *track;
      gint64 due;

      if (packet->buf == NULL)
        {
          result = read_packet (tracks);
          if (result == AVERROR (EAGAIN))
            result = 0;
          else if (result < 0 && result != AVERROR_EXIT)
            {
              /* A source that breaks off has its sound up to there. */
              tracks->at_end = TRUE;
              result = finish (tracks);
            }
          if (result < 0 || tracks->at_end || packet->buf == NULL)
            continue;
        }
      track = tracks->tracks->pdata[packet->stream_index];
      if (track->out == NULL)
        {
          av_packet_unref (packet);
          continue;
        }
      due = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
      due = due == AV_NOPTS_VALUE
              ? G_MININT64
              : bb_ffmpeg_nanoseconds (due, track->in->time_base) - tracks->start;
      if (due > time)
        break;
      result = handle (tracks, track, packet);
      av_packet_unref (packet);
    }
  tracks->cancellable = NULL;
  return result;
}
