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
#include "bb-container.h"
#include "bb-error.h"
#include "bb-extras.h"
#include "bb-ffmpeg.h"
#include "bb-metadata.h"
#include "bb-source-private.h"
#include "bb-subtitle.h"
#include "bb-trial.h"

#include <glib/gi18n-lib.h>

/* How far to read for a track that begins late. */
#define FAR_BYTES (64 * 1024 * 1024)
#define FAR_DURATION (60 * AV_TIME_BASE)

typedef struct {
  AVStream *in;
  AVStream *out;
  BbAudioEncoder *audio;
  BbSubtitle *subtitle;
  gint64 last_dts;
  gboolean ended;
} Track;

struct _BbTracks {
  AVFormatContext *demuxer;
  AVFormatContext *muxer;
  GCancellable *cancellable;
  Track *tracks; /* by stream of the demuxer; without an out they are left out */
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

  if (mode == BB_AUDIO_NONE)
    return;
  if (mode == BB_AUDIO_COPY && codec != AV_CODEC_ID_NONE &&
      bb_container_takes (self->muxer->oformat, codec) && add_copied (self, track))
    return;
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
    /* Translators: a codec, and the number of a track in its file */
    add_notice (self, g_strdup_printf (_("The audio (%s, stream %d) is encoded anew, since "
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
  if (track->out == NULL)
    track->in->discard = AVDISCARD_ALL;
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

static int
probe (BbTracks *self, const char *url, gboolean far)
{
  AVDictionary *options = NULL;
  int result;

  avformat_close_input (&self->demuxer);
  self->demuxer = avformat_alloc_context ();
  bb_ffmpeg_interrupt_init (&self->demuxer->interrupt_callback, &self->cancellable);
  if (far)
    {
      self->demuxer->probesize = FAR_BYTES;
      self->demuxer->max_analyze_duration = FAR_DURATION;
      /* Those that a transport stream only names later on. */
      av_dict_set (&options, "scan_all_pmts", "1", 0);
    }
  result = avformat_open_input (&self->demuxer, url, NULL, &options);
  av_dict_free (&options);
  return result < 0 ? result : avformat_find_stream_info (self->demuxer, NULL);
}

static gboolean
open_demuxer (BbTracks *self, BbSource *source, GError **error)
{
  g_autofree char *url = bb_ffmpeg_url (bb_source_get_path (source));
  int result = probe (self, url, FALSE);

  if (result >= 0 && has_unknown (self->demuxer))
    result = probe (self, url, TRUE);
  if (result >= 0)
    return TRUE;
  {
    g_autofree char *name = g_filename_display_name (bb_source_get_path (source));

    /* Translators: the name of a file, and what is wrong */
    g_set_error (error, BB_ERROR, BB_ERROR_INPUT, _("Cannot read the sound of “%s”: %s"), name,
                 bb_ffmpeg_reason (result));
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
 * @error: return location for an error
 *
 * Opens everything of a file besides its picture.
 *
 * Returns: (transfer full): the tracks, or %NULL with %BB_ERROR_INPUT
 */
BbTracks *
bb_tracks_new (BbSource *source, const BbRecipe *recipe, AVFormatContext *muxer, GPtrArray *notices,
               GError **error)
{
  const BbRecipeValues *values = bb_recipe_get (recipe);
  const BbSourceInfo *info = bb_source_get_info (source);
  int picture = bb_source_get_stream_index (source);
  BbTracks *self = g_new0 (BbTracks, 1);

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
  bb_metadata_copy_file (&self->metadata);
  if (picture < (int) self->demuxer->nb_streams)
    bb_metadata_copy_stream (&self->metadata, muxer->streams[0], self->demuxer->streams[picture]);
  bb_metadata_note_picture (source, notices);
  self->tracks = g_new0 (Track, self->demuxer->nb_streams);
  for (guint i = 0; i < self->demuxer->nb_streams; i++)
    {
      Track *track = &self->tracks[i];

      track->in = self->demuxer->streams[i];
      track->last_dts = AV_NOPTS_VALUE;
      add_track (self, track, values, (int) i == picture);
    }
  bb_metadata_copy_chapters (&self->metadata);
  bb_metadata_note_lost (&self->metadata);

  if (values->start > 0)
    /* One second early: sound frames before the start may reach into it. */
    avformat_seek_file (self->demuxer, -1, G_MININT64, self->start / 1000 - AV_TIME_BASE,
                        self->start / 1000, 0);
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
  for (guint i = 0; tracks->tracks != NULL && i < tracks->demuxer->nb_streams; i++)
    {
      bb_audio_encoder_free (tracks->tracks[i].audio);
      bb_subtitle_free (tracks->tracks[i].subtitle);
    }
  g_free (tracks->tracks);
  g_ptr_array_unref (tracks->extras);
  av_packet_free (&tracks->packet);
  av_packet_free (&tracks->converted);
  avformat_close_input (&tracks->demuxer);
  g_free (tracks);
}

static int
mux (Track *track, AVFormatContext *muxer, AVPacket *packet)
{
  packet->stream_index = track->out->index;
  packet->pos = -1;
  if (packet->dts == AV_NOPTS_VALUE)
    packet->dts = packet->pts;
  /* Muxers refuse times that do not rise; sources sometimes have them. */
  if (track->last_dts != AV_NOPTS_VALUE && packet->dts != AV_NOPTS_VALUE &&
      packet->dts <= track->last_dts)
    {
      packet->dts = track->last_dts + 1;
      packet->pts = MAX (packet->pts, packet->dts);
    }
  track->last_dts = packet->dts;
  return av_interleaved_write_frame (muxer, packet);
}

static int
mux_encoded (AVPacket *packet, gpointer user_data)
{
  BbTracks *self = user_data;
  Track *track = self->current;

  av_packet_rescale_ts (packet, bb_audio_encoder_get_context (track->audio)->time_base,
                        track->out->time_base);
  return mux (track, self->muxer, packet);
}

/* Brings a packet's times to the target's, which starts at the trim. */
static void
shift (BbTracks *self, Track *track, AVPacket *packet)
{
  gint64 start = av_rescale_q (self->start, BB_NANOSECONDS, track->in->time_base);

  if (packet->pts != AV_NOPTS_VALUE)
    packet->pts -= start;
  if (packet->dts != AV_NOPTS_VALUE)
    packet->dts -= start;
  av_packet_rescale_ts (packet, track->in->time_base, track->out->time_base);
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
      begins = av_rescale_q (packet->pts, track->in->time_base, BB_NANOSECONDS);
      ends = begins + av_rescale_q (packet->duration, track->in->time_base, BB_NANOSECONDS);
    }
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
      self->demuxer->start_time * 1000 < self->start)
    return 0;
  if (track->subtitle != NULL)
    {
      int result = bb_subtitle_convert (track->subtitle, packet, self->converted);

      if (result <= 0)
        return 0;
      shift (self, track, self->converted);
      result = mux (track, self->muxer, self->converted);
      av_packet_unref (self->converted);
      return result;
    }
  shift (self, track, packet);
  if (track->in->codecpar->codec_type == AVMEDIA_TYPE_SUBTITLE && packet->pts < 0)
    {
      packet->duration = MAX (packet->duration + packet->pts, 0);
      packet->pts = packet->dts = 0;
    }
  return mux (track, self->muxer, packet);
}

static int
finish (BbTracks *self)
{
  int result = 0;

  for (guint i = 0; i < self->demuxer->nb_streams && result >= 0; i++)
    {
      Track *track = &self->tracks[i];

      result = end_audio (self, track);
      if (track->audio != NULL && bb_audio_encoder_get_n_corrupt (track->audio) > 0)
        /* Translators: a codec, and the number of a track in its file */
        add_notice (self, g_strdup_printf (_("The audio (%s, stream %d) is damaged; the "
                                             "damaged parts are silent"),
                                           get_codec (track), track->in->index));
    }
  return result;
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
          result = av_read_frame (tracks->demuxer, packet);
          if (g_cancellable_is_cancelled (cancellable))
            result = AVERROR_EXIT;
          else if (result == AVERROR (EAGAIN))
            result = 0;
          else if (result < 0)
            {
              /* A source that breaks off has its sound up to there. */
              tracks->at_end = TRUE;
              result = finish (tracks);
            }
          if (result < 0 || tracks->at_end || packet->buf == NULL)
            continue;
        }
      track = &tracks->tracks[packet->stream_index];
      if (packet->stream_index >= (int) tracks->demuxer->nb_streams || track->out == NULL)
        {
          av_packet_unref (packet);
          continue;
        }
      due = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
      due = due == AV_NOPTS_VALUE
              ? G_MININT64
              : av_rescale_q (due, track->in->time_base, BB_NANOSECONDS) - tracks->start;
      if (due > time)
        break;
      result = handle (tracks, track, packet);
      av_packet_unref (packet);
    }
  tracks->cancellable = NULL;
  return result;
}
