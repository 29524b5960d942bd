/* bb-tracks.c: everything of a file besides its picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sound, subtitles, chapters and metadata. They are read by a demuxer of their own, as far as the
 * picture has come and no further, so that memory stays the same however far the picture's stages
 * have run ahead.
 */

#include "config.h"

#include "bb-tracks-private.h"

#include "bb-audio.h"
#include "bb-clock.h"
#include "bb-container.h"
#include "bb-error.h"
#include "bb-extras.h"
#include "bb-ffmpeg.h"
#include "bb-input.h"
#include "bb-lines.h"
#include "bb-metadata.h"
#include "bb-scan.h"
#include "bb-source-info.h"
#include "bb-source-private.h"
#include "bb-subtitle.h"
#include "bb-trial.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* How far to read for a track that begins late. */
#define FAR_BYTES (64 * 1024 * 1024)
#define FAR_DURATION (60 * AV_TIME_BASE)

/* How much earlier than a trim's start to read: sound frames before it may reach into it, and lines
 * of subtitles last longer. Microseconds. */
#define LEAD AV_TIME_BASE
#define SUBTITLE_LEAD (300 * (gint64) AV_TIME_BASE)

/* How long a line without an end is shown at most, nanoseconds. */
#define LINE_DURATION G_GINT64_CONSTANT (5000000000)

static void
free_track (gpointer data)
{
  BbTrack *track = data;

  bb_audio_encoder_free (track->audio);
  bb_subtitle_free (track->subtitle);
  bb_lines_free (track->lines);
  g_free (track);
}

static BbTrack *
new_track (BbTracks *self, AVStream *in)
{
  BbTrack *track = g_new0 (BbTrack, 1);

  track->in = track->source = in;
  track->codec = track->decoded = in->codecpar->codec_id;
  track->last_dts = AV_NOPTS_VALUE;
  g_ptr_array_add (self->tracks, track);
  return track;
}

/* FFmpeg adds streams while it reads; the target has its tracks from the beginning. */
static BbTrack *
get_track (BbTracks *self, int index)
{
  while (self->tracks->len <= (guint) index)
    {
      BbTrack *track = new_track (self, self->demuxer->streams[self->tracks->len]);

      /* Packets of those that follow others are given as theirs. */
      if (bb_index_get_root (self->index, self->demuxer, track->in->index) != track->in->index)
        continue;
      track->in->discard = AVDISCARD_ALL;
      if (self->no_sound && track->in->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
        continue;
      bb_tracks_add_notice (self,
                            g_strdup_printf (
                              /* Translators: a codec, and the number of a track in its file */
                              _ ("A track that appears later in the file (%s, stream %d) "
                                 "is left out"),
                              bb_track_get_codec (track), track->in->index));
    }
  return self->tracks->pdata[index];
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
probe (BbTracks *self, const char *path, gboolean far, GError **error)
{
  AVDictionary *options = NULL;

  avformat_close_input (&self->demuxer);
  /* Those that a transport stream only names later on. */
  if (far)
    av_dict_set (&options, "scan_all_pmts", "1", 0);
  self->demuxer = bb_input_new (path, &self->cancellable, options, error);
  av_dict_free (&options);
  if (self->demuxer == NULL)
    return FALSE;
  if (far)
    {
      self->demuxer->probesize = FAR_BYTES;
      self->demuxer->max_analyze_duration = FAR_DURATION;
    }
  return bb_input_probe (self->demuxer, error);
}

static gboolean
open_demuxer (BbTracks *self, BbSource *source, GError **error)
{
  const char *path = bb_source_get_path (source);

  return probe (self, path, FALSE, error) &&
         (!has_unknown (self->demuxer) || probe (self, path, TRUE, error));
}

/* Sound may begin before the picture. */
static void
set_cut (BbTracks *self, gint64 start, int picture)
{
  const AVStream *stream =
    picture < (int) self->demuxer->nb_streams ? self->demuxer->streams[picture] : NULL;

  self->metadata.cut = start;
  if (start > 0 && stream != NULL && stream->start_time != AV_NOPTS_VALUE)
    self->metadata.cut = MAX (
      av_sat_sub64 (self->start, bb_ffmpeg_to_nanoseconds (stream->start_time, stream->time_base)),
      0);
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
  gint64 lead = LEAD;
  BbTracks *self = g_new0 (BbTracks, 1);
  gboolean is_other = FALSE;

  self->path = g_strdup (bb_source_get_path (source));
  self->index = bb_index_ref (bb_source_get_index (source));
  self->cancellable = cancellable;
  self->muxer = muxer;
  self->notices = notices;
  self->no_sound = values->audio == BB_AUDIO_NONE;
  self->start =
    bb_ffmpeg_to_nanoseconds (bb_source_info_get_cut (info, values->start),
                              (AVRational) { info->time_base_num, info->time_base_den });
  self->end = values->end < 0 ? G_MAXINT64 : av_sat_add64 (info->start, values->end);
  self->extras = g_ptr_array_new_with_free_func (bb_ffmpeg_free_packet);
  self->tracks = g_ptr_array_new_with_free_func (free_track);
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
  for (guint i = 0; i < self->demuxer->nb_streams; i++)
    {
      BbTrack *track = new_track (self, self->demuxer->streams[i]);

      if (bb_index_get_root (self->index, self->demuxer, (int) i) != (int) i)
        continue;
      if (bb_input_is_same_program (self->demuxer, (int) i, picture))
        bb_tracks_add (self, track, values, (int) i == picture);
      else
        {
          track->in->discard = AVDISCARD_ALL;
          is_other = TRUE;
        }
      self->has_out |= track->out != NULL;
      if (track->out != NULL && track->in->codecpar->codec_type == AVMEDIA_TYPE_SUBTITLE)
        lead = SUBTITLE_LEAD;
    }
  if (is_other)
    bb_tracks_add_notice (
      self, g_strdup (_ ("The file holds several programs: the others than the picture's "
                         "are left out")));
  self->clock = bb_clock_new (self->demuxer, picture, self->index);
  bb_metadata_copy_chapters (&self->metadata);
  bb_metadata_note_lost (&self->metadata);

  if (values->start > 0)
    bb_clock_seek (self->clock, -1, self->start / 1000 - lead, self->start / 1000);
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
  g_ptr_array_unref (tracks->tracks);
  bb_clock_free (tracks->clock);
  bb_index_unref (tracks->index);
  g_clear_pointer (&tracks->changing, g_array_unref);
  g_free (tracks->path);
  g_ptr_array_unref (tracks->extras);
  av_packet_free (&tracks->packet);
  av_packet_free (&tracks->converted);
  avformat_close_input (&tracks->demuxer);
  g_free (tracks);
}

/**
 * bb_tracks_forgive:
 * @tracks: tracks
 * @result: what the muxer said of a packet
 *
 * A packet that the muxer refuses is lost and counted; what it says of the target ends the render.
 *
 * Returns: 0, or a negative FFmpeg error of the target, or that memory is short
 */
int
bb_tracks_forgive (BbTracks *tracks, int result)
{
  if (tracks->muxer->pb->error < 0)
    return tracks->muxer->pb->error;
  if (result >= 0 || result == AVERROR_EXIT || result == AVERROR (ENOMEM))
    return MIN (result, 0);
  g_debug ("The muxer refuses a packet: %s", bb_ffmpeg_reason (result));
  tracks->n_refused++;
  return 0;
}

static int
mux (BbTracks *self, BbTrack *track, AVPacket *packet)
{
  gboolean strict = (self->muxer->oformat->flags & AVFMT_TS_NONSTRICT) == 0;
  guint n_jumps = bb_clock_get_n_jumps (self->clock);

  packet->stream_index = track->out->index;
  packet->pos = -1;
  if (packet->dts == AV_NOPTS_VALUE)
    packet->dts = packet->pts;
  if (track->last_dts != AV_NOPTS_VALUE && packet->dts != AV_NOPTS_VALUE)
    {
      /* Where the clock jumps sound may overlap: that of before is kept. */
      if (track->n_jumps != n_jumps && packet->dts <= track->last_dts)
        return 0;
      /* Muxers refuse times that go back, most also those that do not rise. */
      if (packet->dts < track->last_dts + strict)
        {
          packet->dts = track->last_dts + strict;
          packet->pts = MAX (packet->pts, packet->dts);
        }
    }
  track->n_jumps = n_jumps;
  track->last_dts = packet->dts;
  return bb_tracks_forgive (self, av_interleaved_write_frame (self->muxer, packet));
}

static int
mux_encoded (AVPacket *packet, gpointer user_data)
{
  BbTracks *self = user_data;
  BbTrack *track = self->current;

  av_packet_rescale_ts (packet, bb_audio_encoder_get_context (track->audio)->time_base,
                        track->out->time_base);
  return mux (self, track, packet);
}

/* From nanoseconds in the source's own time to the target's ticks, which start at the trim. */
static gint64
to_target (BbTracks *self, BbTrack *track, gint64 time)
{
  if (time == AV_NOPTS_VALUE)
    return AV_NOPTS_VALUE;
  return bb_ffmpeg_from_nanoseconds (av_sat_sub64 (time, self->start), track->out->time_base);
}

/* Brings a packet's times to the target's. */
static void
shift (BbTracks *self, BbTrack *track, AVPacket *packet)
{
  AVRational from = track->in->time_base;

  packet->pts = to_target (self, track, bb_ffmpeg_to_nanoseconds (packet->pts, from));
  packet->dts = to_target (self, track, bb_ffmpeg_to_nanoseconds (packet->dts, from));
  packet->duration = bb_ffmpeg_rescale (packet->duration, from, track->out->time_base);
}

static int
end_audio (BbTracks *self, BbTrack *track)
{
  if (track->audio == NULL || track->ended)
    return 0;
  track->ended = TRUE;
  self->current = track;
  return bb_audio_encoder_push (track->audio, NULL, mux_encoded, self);
}

/* FFmpeg's muxer ends lines of MP4 by empty samples of its own, at times that it compares with those
 * of other tracks without a thought of their time bases: too early where lines overlap. Here they
 * come first, and in ticks so short that the muxer's never do. */
static int
mux_lines (BbTracks *self, BbTrack *track, gint64 before)
{
  AVPacket *sample = av_packet_alloc ();
  int result = 0;

  while (result >= 0 && track->lines != NULL && bb_lines_get (track->lines, before, sample))
    {
      result = mux (self, track, sample);
      av_packet_unref (sample);
    }
  av_packet_free (&sample);
  return result;
}

/* A line of subtitles in its own time base, cut to the trim. */
static int
mux_line (BbTracks *self, BbTrack *track, AVPacket *packet, AVRational time_base)
{
  gint64 begins = bb_ffmpeg_to_nanoseconds (packet->pts, time_base);
  gint64 duration = bb_ffmpeg_to_nanoseconds (MAX (packet->duration, 0), time_base);
  gint64 ends = duration > 0 ? av_sat_add64 (begins, duration) : G_MAXINT64;
  gboolean until_next = duration == 0;
  int result;

  if (begins == AV_NOPTS_VALUE || begins >= self->end || ends <= self->start)
    return 0;
  /* Until the next one; the last one of a track in MP4 would not be seen at all. */
  if (duration == 0 && track->out->codecpar->codec_id == AV_CODEC_ID_MOV_TEXT)
    {
      duration = LINE_DURATION;
      ends = av_sat_add64 (begins, duration);
    }
  begins = MAX (begins, self->start);
  packet->pts = packet->dts = to_target (self, track, begins);
  packet->duration = 0;
  if (duration > 0)
    packet->duration = to_target (self, track, MIN (ends, self->end)) - packet->pts;
  if (track->out->codecpar->codec_id != AV_CODEC_ID_MOV_TEXT)
    return mux (self, track, packet);
  if (track->lines == NULL)
    track->lines = bb_lines_new ();
  result = mux_lines (self, track, packet->pts);
  bb_lines_add (track->lines, packet, until_next);
  return result;
}

static int
convert_line (BbTracks *self, BbTrack *track, const AVPacket *packet)
{
  AVPacket *converted = self->converted;
  int result = bb_subtitle_convert (track->subtitle, packet, converted);

  if (result <= 0)
    {
      self->n_refused += result < 0;
      return 0;
    }
  result = mux_line (self, track, converted, converted->time_base);
  av_packet_unref (converted);
  return result;
}

/* Another stream goes on with the track, or the same one in another codec. Whether its packets can
 * be used. */
static int
change_source (BbTracks *self, BbTrack *track, AVStream *source)
{
  /* What follows a track of sound is known to be alike; FFmpeg may not have looked at it yet. */
  gboolean same = source->codecpar->codec_id == track->codec ||
                  (source != track->in && source->codecpar->codec_type == AVMEDIA_TYPE_AUDIO);
  int result = 0;

  if (track->audio != NULL && !track->ended)
    {
      self->current = track;
      if (source != track->source || source->codecpar->codec_id != track->decoded)
        result = bb_audio_encoder_set_stream (track->audio, source, mux_encoded, self);
      track->decoded = source->codecpar->codec_id;
      same = TRUE;
    }
  track->source = source;
  if (!same)
    self->n_refused++;
  return result < 0 ? result : same;
}

static int
handle (BbTracks *self, BbTrack *track, AVPacket *packet)
{
  AVRational time_base = track->in->time_base;
  AVStream *source = bb_clock_get_source (packet);
  gint64 begins = bb_ffmpeg_to_nanoseconds (packet->pts, time_base);
  gint64 ends = G_MAXINT64;

  if (track->source != source || source->codecpar->codec_id != track->codec)
    {
      int result = change_source (self, track, source);

      if (result <= 0)
        return result;
    }
  if (track->subtitle != NULL)
    return convert_line (self, track, packet);
  if (begins != AV_NOPTS_VALUE)
    ends = av_sat_add64 (begins, bb_ffmpeg_to_nanoseconds (MAX (packet->duration, 0), time_base));
  if (begins != AV_NOPTS_VALUE && begins >= self->end)
    return end_audio (self, track);
  if (track->audio != NULL)
    {
      /* What is read early for subtitles. */
      if (track->ended || ends < av_sat_sub64 (self->start, LEAD * 1000))
        return 0;
      if (bb_clock_get_n_jumps (self->clock) > 0)
        bb_audio_encoder_be_exact (track->audio);
      self->current = track;
      return bb_audio_encoder_push (track->audio, packet, mux_encoded, self);
    }
  if (track->in->codecpar->codec_type == AVMEDIA_TYPE_SUBTITLE)
    return mux_line (self, track, packet, time_base);
  /* What a source begins with is kept even where it lies before its start: decoders need it. */
  if (ends <= self->start && self->start > 0 && packet->duration > 0 &&
      bb_ffmpeg_to_nanoseconds (self->demuxer->start_time, AV_TIME_BASE_Q) < self->start)
    return 0;
  shift (self, track, packet);
  return mux (self, track, packet);
}

static int
finish (BbTracks *self)
{
  int result = 0;

  for (guint i = 0; i < self->tracks->len && result >= 0; i++)
    {
      BbTrack *track = self->tracks->pdata[i];

      result = end_audio (self, track);
      /* What the decoder still holds; nothing is left where a packet gives nothing. */
      while (track->subtitle != NULL && result >= 0 && bb_subtitle_has_delay (track->subtitle) &&
             bb_subtitle_convert (track->subtitle, NULL, self->converted) > 0)
        {
          result = mux_line (self, track, self->converted, self->converted->time_base);
          av_packet_unref (self->converted);
        }
      if (track->out != NULL && result >= 0)
        result = mux_lines (self, track, G_MAXINT64);
      if (track->audio != NULL && bb_audio_encoder_get_n_corrupt (track->audio) > 0)
        /* Translators: a codec, and the number of a track in its file */
        bb_tracks_add_notice (self, g_strdup_printf (_ ("The audio (%s, stream %d) is damaged; the "
                                                        "damaged parts are silent"),
                                                     bb_track_get_codec (track), track->in->index));
    }
  bb_clock_note_jumps (self->clock, self->start, self->notices);
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
      BbTrack *track;
      gint64 due;

      if (packet->buf == NULL)
        {
          av_packet_unref (packet);
          result = bb_clock_read (tracks->clock, packet);
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
      track = get_track (tracks, packet->stream_index);
      due = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
      due = due == AV_NOPTS_VALUE
              ? G_MININT64
              : av_sat_sub64 (bb_ffmpeg_to_nanoseconds (due, track->in->time_base), tracks->start);
      /* Without a track to write there is no need to run ahead of the picture. */
      if (due > time && (track->out != NULL || !tracks->has_out))
        break;
      if (track->out != NULL)
        result = handle (tracks, track, packet);
      av_packet_unref (packet);
    }
  tracks->cancellable = NULL;
  return result;
}

/**
 * bb_tracks_finish:
 * @tracks: tracks
 * @cancellable: (nullable): a cancellable
 *
 * Muxes the rest, also what the muxer holds back to put it in order, and says what was lost.
 *
 * Returns: 0, or a negative FFmpeg error
 */
int
bb_tracks_finish (BbTracks *tracks, GCancellable *cancellable)
{
  int result = bb_tracks_write_until (tracks, G_MAXINT64, cancellable);

  /* Each refusal is one packet less. */
  while (result >= 0)
    {
      int written = av_interleaved_write_frame (tracks->muxer, NULL);

      result = bb_tracks_forgive (tracks, written);
      if (written >= 0)
        break;
    }
  if (tracks->n_refused > 0)
    bb_tracks_add_notice (tracks,
                          g_strdup_printf (ngettext ("%u damaged packet was left out, since the "
                                                     "container does not take it",
                                                     "%u damaged packets were left out, since the "
                                                     "container does not take them",
                                                     tracks->n_refused),
                                           tracks->n_refused));
  return result;
}
