/* bb-metadata.c: what a file says of itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Titles, places, languages, timecodes and chapters. What says how the old file was made is left
 * out, what counts time is moved by the trim, and what the new container has no place for is named.
 */

#include "config.h"

#include "bb-metadata.h"

#include "bb-container.h"
#include "bb-ffmpeg.h"
#include "bb-source-private.h"

#include <glib/gi18n-lib.h>
#include <libavutil/stereo3d.h>
#include <libavutil/timecode.h>

#define MAX_TIMECODE_RATE 255

/* These describe how the old file was made. Matroska's statistics come with a language, too, such
 * as “BPS-eng”. */
static const char *const stale[] = {
  "encoder",
  "rotate",
  "major_brand",
  "minor_version",
  "compatible_brands",
  "iTunSMPB",
  "stereo_mode",
  "alpha_mode",
  "DURATION",
  "BPS",
  "NUMBER_OF_FRAMES",
  "NUMBER_OF_BYTES",
  "_STATISTICS_TAGS",
  "_STATISTICS_WRITING_APP",
  "_STATISTICS_WRITING_DATE_UTC",
};

/* What MP4 and QuickTime have a place of its own for; in QuickTime the first ones only. */
static const char *const mov_file_keys[] = {
  "title",     "artist",  "album",         "date",     "comment",  "genre",
  "copyright", "encoder", "creation_time", "timecode", "location",
};
static const char *const only_mov_file_keys[] = { "author", "make", "model" };
static const char *const only_mp4_file_keys[] = {
  "album_artist", "composer",   "grouping",         "lyrics",      "description",  "synopsis",
  "show",         "episode_id", "network",          "keywords",    "episode_sort", "season_number",
  "media_type",   "hd_video",   "gapless_playback", "compilation", "track",        "disc",
};
static const char *const mov_stream_keys[] = {
  "title",    "handler_name", "language", "creation_time",
  "timecode", "vendor_id",    "encoder",  "reel_name",
};

/* Of two codes of one language the one that FFmpeg knows QuickTime's number of. */
static const char *const quicktime_languages[][2] = {
  { "fre", "fra" }, { "deu", "ger" }, { "nld", "dut" }, { "swe", "sve" }, { "ell", "gre" },
  { "isl", "ice" }, { "zho", "chi" }, { "sqi", "alb" }, { "rum", "ron" }, { "cze", "ces" },
  { "slo", "slk" }, { "mkd", "mac" }, { "cym", "wel" }, { "hye", "arm" }, { "kat", "geo" },
  { "bod", "tib" }, { "mya", "bur" }, { "msa", "may" }, { "eus", "baq" }, { "fas", "per" },
};

/* Languages that FFmpeg knows QuickTime's number of. */
static const char quicktime_known[] =
  "eng fra ger ita dut sve spa dan por nor heb jpn ara fin gre ice mlt tur chi urd hin tha kor lit "
  "pol hun est lav smi per rus alb ron ces slk slv yid mac bul ukr bel uzb kaz aze arm geo mol kir "
  "tgk tuk mon pus kur kas snd tib nep san mar ben asm guj ori mal kan tam tel sin bur khm lao vie "
  "ind tgl may amh tir orm som swa kin run nya mlg epo wel baq cat lat que grn aym tat uig dzo jav "
  "und";

/* Whether @key is @name, alone or with a language, such as “title-eng”. */
static gboolean
is_key (const char *key, const char *name)
{
  gsize length = strlen (name);

  if (g_ascii_strncasecmp (key, name, length) != 0)
    return FALSE;
  return key[length] == '\0' || (key[length] == '-' && strlen (key + length) == strlen ("-eng"));
}

static gboolean
is_one_of (const char *key, const char *const *names, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (is_key (key, names[i]))
      return TRUE;
  return FALSE;
}

/* A name that was given by software, not by people. */
static gboolean
is_default_handler (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return *name == '\0' || strstr (lower, "handle") != NULL ||
         g_str_has_prefix (lower, "core media") || g_str_has_prefix (lower, "iso media");
}

/**
 * bb_metadata_needs_keys:
 * @metadata: (nullable): metadata of a file
 *
 * Cameras and phones write names of their own into MP4 and QuickTime, such as
 * `com.apple.quicktime.make`, and in another form than titles and artists, which only one of both
 * can have in a file.
 *
 * Returns: whether there are such names
 */
gboolean
bb_metadata_needs_keys (const AVDictionary *metadata)
{
  const AVDictionaryEntry *entry = NULL;

  while ((entry = av_dict_iterate (metadata, entry)) != NULL)
    if (g_ascii_strncasecmp (entry->key, "com.", 4) == 0)
      return TRUE;
  return FALSE;
}

/* Moves a timecode by the trim; FALSE where it is none. MP4 and QuickTime count its frames, others
 * take any text. */
static gboolean
move_timecode (const BbMetadata *self, const char *value, char *moved)
{
  AVTimecode timecode;
  gint64 n_frames;

  if (self->cut == 0 && !bb_container_is_mov (self->muxer->oformat))
    {
      g_strlcpy (moved, value, AV_TIMECODE_STR_SIZE);
      return strlen (value) < AV_TIMECODE_STR_SIZE;
    }
  /* MP4 counts the frames of a second in a byte, and its muxer only says so at the very end. */
  if (self->rate.num <= 0 ||
      (bb_container_is_mov (self->muxer->oformat) && av_q2d (self->rate) > MAX_TIMECODE_RATE) ||
      av_timecode_init_from_string (&timecode, self->rate, value, NULL) < 0)
    return FALSE;
  /* The frame that is shown there; times are rounded to the microsecond. */
  n_frames =
    av_rescale_q_rnd (self->cut + 1000, BB_NANOSECONDS, av_inv_q (self->rate), AV_ROUND_DOWN);
  av_timecode_make_string (&timecode, moved, (int) CLAMP (n_frames, 0, G_MAXINT / 2));
  return TRUE;
}

static void
copy_entries (const BbMetadata *self, AVDictionary **to, const AVDictionary *from)
{
  const AVDictionaryEntry *entry = NULL;

  while ((entry = av_dict_iterate (from, entry)) != NULL)
    {
      char moved[AV_TIMECODE_STR_SIZE];

      if (is_one_of (entry->key, stale, G_N_ELEMENTS (stale)))
        continue;
      if (!is_key (entry->key, "timecode"))
        av_dict_set (to, entry->key, entry->value, 0);
      else if (move_timecode (self, entry->value, moved))
        av_dict_set (to, entry->key, moved, 0);
      else
        /* Translators: a timecode, such as 01:00:00:00 */
        g_ptr_array_add (self->notices, g_strdup_printf (_ ("The timecode “%s” is left out, since "
                                                            "it does not go with the frame rate"),
                                                         entry->value));
    }
}

/* A broadcast's program has a name; FFmpeg makes one up where it is not told. */
static void
copy_program (const BbMetadata *self, int picture)
{
  AVProgram *program =
    av_find_program_from_stream ((AVFormatContext *) self->demuxer, NULL, picture);
  const AVDictionaryEntry *name = NULL;
  AVDictionary **to = &self->muxer->metadata;

  if (program != NULL)
    name = av_dict_get (program->metadata, "service_name", NULL, 0);
  if (name == NULL || g_str_has_prefix (name->value, "Service0"))
    return;
  copy_entries (self, to, program->metadata);
  if (g_str_equal (self->muxer->oformat->name, "mp4") &&
      av_dict_get (*to, "network", NULL, 0) == NULL)
    {
      av_dict_set (to, "network", name->value, 0);
      av_dict_set (to, "service_name", NULL, 0);
    }
}

/**
 * bb_metadata_copy_file:
 * @metadata: from where to where
 * @picture: number of the picture's stream
 *
 * Hands on what is said of the whole file, and of the program that the picture is of.
 */
void
bb_metadata_copy_file (const BbMetadata *metadata, int picture)
{
  copy_entries (metadata, &metadata->muxer->metadata, metadata->demuxer->metadata);
  copy_program (metadata, picture);
}

static void
set_quicktime_language (AVStream *out)
{
  const AVDictionaryEntry *language = av_dict_get (out->metadata, "language", NULL, 0);

  for (gsize i = 0; language != NULL && i < G_N_ELEMENTS (quicktime_languages); i++)
    if (strcmp (language->value, quicktime_languages[i][0]) == 0)
      {
        av_dict_set (&out->metadata, "language", quicktime_languages[i][1], 0);
        return;
      }
}

/**
 * bb_metadata_copy_stream:
 * @metadata: from where to where
 * @out: a stream of the new file
 * @in: the one that it is made of
 *
 * Hands on what is said of a stream: name, language, timecode, what it is for.
 */
void
bb_metadata_copy_stream (const BbMetadata *metadata, AVStream *out, const AVStream *in)
{
  const AVDictionaryEntry *title;
  const AVDictionaryEntry *handler;

  copy_entries (metadata, &out->metadata, in->metadata);
  out->disposition = in->disposition;
  if (g_str_equal (metadata->muxer->oformat->name, "mov"))
    set_quicktime_language (out);
  /* One and the same name to people. */
  title = av_dict_get (out->metadata, "title", NULL, 0);
  handler = av_dict_get (out->metadata, "handler_name", NULL, 0);
  if (bb_container_is_mov (metadata->muxer->oformat))
    {
      if (title != NULL && (handler == NULL || is_default_handler (handler->value)))
        av_dict_set (&out->metadata, "handler_name", title->value, 0);
    }
  else if (title == NULL && handler != NULL && !is_default_handler (handler->value))
    av_dict_set (&out->metadata, "title", handler->value, 0);
}

/**
 * bb_metadata_copy_chapters:
 * @metadata: from where to where
 *
 * Hands on the chapters that lie within the trim, cut to it.
 */
void
bb_metadata_copy_chapters (const BbMetadata *metadata)
{
  const AVFormatContext *demuxer = metadata->demuxer;
  AVFormatContext *muxer = metadata->muxer;

  if (demuxer->nb_chapters == 0)
    return;
  muxer->chapters = av_calloc (demuxer->nb_chapters, sizeof (AVChapter *));
  for (guint i = 0; i < demuxer->nb_chapters; i++)
    {
      const AVChapter *in = demuxer->chapters[i];
      gint64 start = bb_ffmpeg_to_nanoseconds (in->start, in->time_base);
      gint64 end = MAX (bb_ffmpeg_to_nanoseconds (in->end, in->time_base), start);
      AVChapter *out;

      if ((end <= metadata->start && start < metadata->start) || start >= metadata->end)
        continue;
      out = av_mallocz (sizeof *out);
      out->id = in->id;
      out->time_base = (AVRational) { 1, 1000000 };
      out->start = (MAX (start, metadata->start) - metadata->start) / 1000;
      out->end = (MIN (end, metadata->end) - metadata->start) / 1000;
      av_dict_copy (&out->metadata, in->metadata, 0);
      muxer->chapters[muxer->nb_chapters++] = out;
    }
}

/* What tracks are for, as far as FFmpeg writes it into a container. */
static int
get_dispositions (const AVOutputFormat *container)
{
  if (g_str_equal (container->name, "mp4"))
    return AV_DISPOSITION_DUB | AV_DISPOSITION_COMMENT | AV_DISPOSITION_FORCED |
           AV_DISPOSITION_HEARING_IMPAIRED | AV_DISPOSITION_VISUAL_IMPAIRED |
           AV_DISPOSITION_CAPTIONS | AV_DISPOSITION_DESCRIPTIONS;
  if (g_str_equal (container->name, "matroska"))
    return AV_DISPOSITION_DUB | AV_DISPOSITION_ORIGINAL | AV_DISPOSITION_COMMENT |
           AV_DISPOSITION_FORCED | AV_DISPOSITION_HEARING_IMPAIRED |
           AV_DISPOSITION_VISUAL_IMPAIRED | AV_DISPOSITION_DESCRIPTIONS;
  if (g_str_equal (container->name, "webm"))
    return AV_DISPOSITION_FORCED | AV_DISPOSITION_CAPTIONS | AV_DISPOSITION_DESCRIPTIONS;
  return 0;
}

static void
add_name (GPtrArray *names, const char *name)
{
  if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, (gpointer) name);
}

static void
collect_lost_of_track (const BbMetadata *self, const AVStream *stream, GPtrArray *lost)
{
  const int all = AV_DISPOSITION_DUB | AV_DISPOSITION_ORIGINAL | AV_DISPOSITION_COMMENT |
                  AV_DISPOSITION_LYRICS | AV_DISPOSITION_KARAOKE | AV_DISPOSITION_FORCED |
                  AV_DISPOSITION_HEARING_IMPAIRED | AV_DISPOSITION_VISUAL_IMPAIRED |
                  AV_DISPOSITION_CLEAN_EFFECTS | AV_DISPOSITION_CAPTIONS |
                  AV_DISPOSITION_DESCRIPTIONS;
  const AVDictionaryEntry *language = av_dict_get (stream->metadata, "language", NULL, 0);
  int flags = stream->disposition & all & ~get_dispositions (self->muxer->oformat);

  for (int bit = 0; bit < 31; bit++)
    if ((flags & (1 << bit)) != 0)
      add_name (lost, av_disposition_to_string (1 << bit));
  if (language != NULL && g_str_equal (self->muxer->oformat->name, "mov") &&
      strstr (quicktime_known, language->value) == NULL)
    add_name (lost, language->value);
}

static gboolean
mov_takes (const AVOutputFormat *container, gboolean of_stream, const char *key)
{
  if (of_stream)
    return is_one_of (key, mov_stream_keys, G_N_ELEMENTS (mov_stream_keys));
  if (is_one_of (key, mov_file_keys, G_N_ELEMENTS (mov_file_keys)))
    return TRUE;
  return g_str_equal (container->name, "mov")
           ? is_one_of (key, only_mov_file_keys, G_N_ELEMENTS (only_mov_file_keys))
           : is_one_of (key, only_mp4_file_keys, G_N_ELEMENTS (only_mp4_file_keys));
}

static void
collect_lost (const BbMetadata *self, const AVDictionary *metadata, gboolean of_stream,
              GPtrArray *lost)
{
  const AVDictionaryEntry *entry = NULL;

  while ((entry = av_dict_iterate (metadata, entry)) != NULL)
    if (!mov_takes (self->muxer->oformat, of_stream, entry->key))
      add_name (lost, entry->key);
}

/**
 * bb_metadata_note_lost:
 * @metadata: from where to where, after all was copied
 *
 * Names what the new container has no place for.
 */
void
bb_metadata_note_lost (const BbMetadata *metadata)
{
  const AVFormatContext *muxer = metadata->muxer;
  g_autoptr (GPtrArray) lost = g_ptr_array_new_null_terminated (0, NULL, TRUE);
  g_autofree char *names = NULL;

  if (bb_container_is_mov (muxer->oformat) && !bb_metadata_needs_keys (muxer->metadata))
    collect_lost (metadata, muxer->metadata, FALSE, lost);
  for (guint i = 0; i < muxer->nb_streams; i++)
    {
      if (bb_container_is_mov (muxer->oformat))
        collect_lost (metadata, muxer->streams[i]->metadata, TRUE, lost);
      collect_lost_of_track (metadata, muxer->streams[i], lost);
    }
  if (lost->len == 0)
    return;
  names = g_strjoinv (", ", (char **) lost->pdata);
  /* Translators: names of metadata, such as “DIRECTOR, rating, karaoke” */
  g_ptr_array_add (metadata->notices, g_strdup_printf (_ ("The container has no place for this "
                                                          "metadata, which is left out: %s"),
                                                       names));
}

/**
 * bb_metadata_note_picture:
 * @source: where the picture comes from
 * @notices: (element-type utf8): gets a sentence on each
 *
 * Names what goes with a picture and is not true of the reframed one, or cannot be handed on.
 */
void
bb_metadata_note_picture (BbSource *source, GPtrArray *notices)
{
  static const struct {
    enum AVPacketSideDataType packet;
    enum AVFrameSideDataType frame;
    const char *name;
  } kinds[] = {
    { AV_PKT_DATA_DOVI_CONF, AV_FRAME_DATA_DOVI_METADATA, "Dolby Vision" },
    { AV_PKT_DATA_DYNAMIC_HDR10_PLUS, AV_FRAME_DATA_DYNAMIC_HDR_PLUS, "HDR10+" },
    /* Translators: how a picture is meant to be looked at */
    { AV_PKT_DATA_SPHERICAL, AV_FRAME_DATA_SPHERICAL, N_ ("spherical projection (360°)") },
    /* Translators: how a picture is meant to be looked at */
    { AV_PKT_DATA_STEREO3D, AV_FRAME_DATA_STEREO3D, N_ ("stereoscopic view (3D)") },
  };
  const AVCodecParameters *parameters = bb_source_get_codecpar (source);
  const AVFrame *first = bb_source_peek (source);

  /* A picture that says that it is flat says nothing. */
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const AVPacketSideData *of_stream = av_packet_side_data_get (
        parameters->coded_side_data, parameters->nb_coded_side_data, kinds[i].packet);
      const AVFrameSideData *of_frame = av_frame_get_side_data (first, kinds[i].frame);
      gconstpointer data = of_stream != NULL  ? of_stream->data
                           : of_frame != NULL ? of_frame->data
                                              : NULL;

      if (data == NULL || (kinds[i].packet == AV_PKT_DATA_STEREO3D &&
                           ((const AVStereo3D *) data)->type == AV_STEREO3D_2D))
        continue;
      /* Translators: something that a file says of its picture, such as “Dolby Vision” */
      g_ptr_array_add (notices, g_strdup_printf (_ ("What the source says of its picture is left "
                                                    "out: %s"),
                                                 _ (kinds[i].name)));
    }
}
