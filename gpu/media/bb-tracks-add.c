/* bb-tracks-add.c: what becomes of each stream besides the picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-tracks-private.h"

#include "bb-container.h"
#include "bb-error.h"
#include "bb-extras.h"
#include "bb-ffmpeg.h"
#include "bb-scan.h"
#include "bb-source-private.h"
#include "bb-trial.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Where the parameters are fit for the container, as its muxer itself says. */
static gboolean
add_stream (BbTracks *self, BbTrack *track, const AVCodecParameters *parameters)
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
add_copied (BbTracks *self, BbTrack *track)
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
add_encoded (BbTracks *self, BbTrack *track, const AVCodecContext *context)
{
  AVCodecParameters *parameters = avcodec_parameters_alloc ();
  gboolean added;

  avcodec_parameters_from_context (parameters, context);
  added = add_stream (self, track, parameters);
  avcodec_parameters_free (&parameters);
  return added;
}

/* Whether packets of a track of sound, or of those that follow it, need several descriptions. */
static gboolean
is_changing (BbTracks *self, const AVStream *stream)
{
  if (!bb_index_is_uniform (self->index, stream))
    return TRUE;
  /* Other codecs and containers say at once what comes. */
  if (stream->codecpar->codec_id != AV_CODEC_ID_AAC ||
      (!g_str_equal (self->demuxer->iformat->name, "mpegts") &&
       !g_str_equal (self->demuxer->iformat->name, "flv")))
    return FALSE;
  /* All tracks at once, when the first one is asked for. */
  if (self->changing == NULL)
    self->changing =
      bb_scan_find_changes (self->path, self->index, self->start, self->end, &self->cancellable);
  for (guint i = 0; i < self->changing->len; i++)
    if (g_array_index (self->changing, int, i) == stream->id)
      return TRUE;
  return FALSE;
}

static void
add_audio (BbTracks *self, BbTrack *track, BbAudio mode)
{
  g_autoptr (GError) error = NULL;
  enum AVCodecID codec = track->in->codecpar->codec_id;
  gboolean takes = codec != AV_CODEC_ID_NONE && bb_container_takes (self->muxer->oformat, codec);
  gboolean changes = FALSE;

  if (mode == BB_AUDIO_NONE)
    return;
  if (mode == BB_AUDIO_COPY && takes)
    {
      changes = is_changing (self, track->in);
      if (!changes && add_copied (self, track))
        return;
    }
  track->audio = bb_audio_encoder_new (track->in, self->muxer->oformat, self->start, self->end,
                                       self->notices, &error);
  if (track->audio == NULL)
    {
      bb_tracks_add_notice (
        self, g_strdup_printf (
                /* Translators: a codec, the number of a track in its file, and what is wrong */
                _ ("The audio (%s, stream %d) is left out, since "
                   "it cannot be encoded anew: %s"),
                bb_track_get_codec (track), track->in->index, error->message));
      return;
    }
  if (!add_encoded (self, track, bb_audio_encoder_get_context (track->audio)))
    {
      bb_tracks_add_notice (self,
                            g_strdup_printf (
                              /* Translators: a codec, and the number of a track in its file */
                              _ ("The audio (%s, stream %d) is left out, since "
                                 "the container does not take it"),
                              bb_track_get_codec (track), track->in->index));
      g_clear_pointer (&track->audio, bb_audio_encoder_free);
      return;
    }
  track->out->time_base = bb_audio_encoder_get_context (track->audio)->time_base;
  if (mode == BB_AUDIO_COPY)
    bb_tracks_add_notice (
      self, g_strdup_printf (changes
                               /* Translators: a codec, and the number of a track */
                               ? _ ("The audio (%s, stream %d) is encoded anew, since "
                                    "its channels or its rate change on the way")
                               /* Translators: a codec, and the number of a track */
                               : _ ("The audio (%s, stream %d) is encoded anew, since "
                                    "the container does not take it as it is"),
                             bb_track_get_codec (track), track->in->index));
}

static void
add_subtitles (BbTracks *self, BbTrack *track)
{
  const AVOutputFormat *container = self->muxer->oformat;
  enum AVCodecID codec = track->in->codecpar->codec_id;
  enum AVCodecID wanted = g_str_equal (container->name, "webm")       ? AV_CODEC_ID_WEBVTT
                          : g_str_equal (container->name, "matroska") ? AV_CODEC_ID_SUBRIP
                                                                      : AV_CODEC_ID_MOV_TEXT;

  if ((codec == wanted ||
       (codec != AV_CODEC_ID_MOV_TEXT && codec != AV_CODEC_ID_NONE &&
        g_str_equal (container->name, "matroska") && bb_container_takes (container, codec))) &&
      add_copied (self, track))
    return;
  if (bb_subtitle_is_text (codec))
    track->subtitle = bb_subtitle_new (track->in, wanted);
  if (track->subtitle != NULL &&
      add_encoded (self, track, bb_subtitle_get_context (track->subtitle)))
    return;
  g_clear_pointer (&track->subtitle, bb_subtitle_free);
  /* Translators: a codec, and the number of a track in its file */
  bb_tracks_add_notice (self, g_strdup_printf (_ ("The subtitle (%s, stream %d) is left out, since "
                                                  "the container does not take it"),
                                               bb_track_get_codec (track), track->in->index));
}

/* What cameras measure while they film goes along as it is. */
static gboolean
add_data (BbTracks *self, BbTrack *track)
{
  return track->in->codecpar->codec_tag == MKTAG ('g', 'p', 'm', 'd') &&
         bb_container_is_mov (self->muxer->oformat) && add_copied (self, track);
}

/**
 * bb_tracks_add:
 * @self: tracks
 * @track: one of them
 * @values: what to make
 * @is_picture: whether it is the stream whose picture is rendered
 *
 * Decides what becomes of a stream of the source, and says so where it is not kept as it is.
 */
void
bb_tracks_add (BbTracks *self, BbTrack *track, const BbRecipeValues *values, gboolean is_picture)
{
  switch (track->in->codecpar->codec_type)
    {
    case AVMEDIA_TYPE_AUDIO:
      add_audio (self, track, values->audio);
      break;
    case AVMEDIA_TYPE_SUBTITLE:
      add_subtitles (self, track);
      if (track->out != NULL && track->out->codecpar->codec_id == AV_CODEC_ID_MOV_TEXT)
        track->out->time_base = (AVRational) { 1, 1000000 };
      break;
    default:
      if (!add_data (self, track))
        bb_extras_add (&self->metadata, track->in, is_picture, self->extras);
      break;
    }
  if (track->out == NULL)
    track->in->discard = AVDISCARD_ALL;
}
