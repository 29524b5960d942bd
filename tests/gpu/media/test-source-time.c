/* test-source-time.c: which frames come when, also after seeks and from damaged files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"
#include "bb-source.h"
#include "bb-test-media.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  gint64 pts;
  gint64 duration;
  char *md5;
} Seen;

static void
clear_seen (gpointer data)
{
  g_free (((Seen *) data)->md5);
}

static BbSource *
open_path (const char *path)
{
  g_autoptr (GError) error = NULL;
  BbSource *source = bb_source_new (path, &error);

  g_assert_no_error (error);
  return source;
}

static BbSource *
open_source (const char *name)
{
  g_autofree char *path = bb_test_media_path (name);

  return open_path (path);
}

static BbFrame *
read_frame (BbSource *source)
{
  g_autoptr (GError) error = NULL;
  BbFrame *frame = bb_source_read (source, NULL, &error);

  g_assert_no_error (error);
  return frame;
}

/* All frames up to the end, whose times rise. */
static GArray *
read_all (BbSource *source)
{
  GArray *all = g_array_new (FALSE, TRUE, sizeof (Seen));
  gint64 last = G_MININT64;
  BbFrame *frame;

  g_array_set_clear_func (all, clear_seen);
  while ((frame = read_frame (source)) != NULL)
    {
      Seen seen = { frame->pts, frame->duration, bb_test_frame_md5 (frame) };

      g_assert_cmpint (frame->pts, >, last);
      g_assert_cmpint (frame->duration, >, 0);
      last = frame->pts;
      g_array_append_val (all, seen);
      bb_frame_unref (frame);
    }
  g_assert_null (read_frame (source));
  return all;
}

static Seen *
get (GArray *all, guint i)
{
  return &g_array_index (all, Seen, i);
}

/* The first nanosecond of @pts, counted from the source's start. */
static gint64
to_time (BbSource *source, gint64 pts)
{
  const BbSourceInfo *info = bb_source_get_info (source);
  __extension__ __int128 time = (__int128) pts * info->time_base_num * 1000000000;

  return (gint64) (time / info->time_base_den) - info->start;
}

static void
assert_times (GArray *all, const char *name)
{
  g_autofree char *path = bb_test_media_path (name);
  g_autoptr (GArray) times = bb_test_ffprobe_times (path);

  g_assert_cmpuint (all->len, ==, times->len);
  for (guint i = 0; i < all->len; i++)
    {
      if (g_array_index (times, gint64, i) != G_MININT64)
        g_assert_cmpint (get (all, i)->pts, ==, g_array_index (times, gint64, i));
      if (i + 1 < all->len)
        g_assert_cmpint (get (all, i)->pts + get (all, i)->duration, ==, get (all, i + 1)->pts);
    }
}

typedef struct {
  const char *name;
  const char *file;
  const char *arguments; /* of ffmpeg, after the input */
  gboolean times;        /* whether the container has any */
} Clip;

static const Clip clips[] = {
  { "h264-mp4", "c.mp4", "-pix_fmt yuv420p -c:v libx264 -g 12 -bf 3 c.mp4", TRUE },
  { "h264-mkv", "c.mkv", "-pix_fmt yuv420p -c:v libx264 -g 12 -bf 3 c.mkv", TRUE },
  { "h264-ts", "c.ts", "-pix_fmt yuv420p -c:v libx264 -g 12 -bf 3 c.ts", TRUE },
  { "h264-one-keyframe", "c.mp4", "-pix_fmt yuv420p -c:v libx264 -g 1000 -bf 3 c.mp4", TRUE },
  { "h264-open-gop", "c.mp4",
    "-pix_fmt yuv420p -c:v libx264 -g 12 -bf 3 -x264-params open-gop=1:scenecut=0 c.mp4", TRUE },
  { "h264-open-gop-ts", "c.ts",
    "-pix_fmt yuv420p -c:v libx264 -g 12 -bf 3 -x264-params open-gop=1:scenecut=0 c.ts", TRUE },
  { "h264-intra-refresh", "c.mp4",
    "-pix_fmt yuv420p -c:v libx264 -g 12 -x264-params intra-refresh=1 c.mp4", TRUE },
  { "h264-raw", "c.h264", "-pix_fmt yuv420p -c:v libx264 -g 12 -bf 3 c.h264", FALSE },
  { "hevc-open-gop", "c.mp4",
    "-pix_fmt yuv420p -c:v libx265 -x265-params "
    "log-level=none:keyint=12:min-keyint=12:open-gop=1:scenecut=0 c.mp4",
    TRUE },
  { "mpeg4-avi", "c.avi", "-pix_fmt yuv420p -c:v mpeg4 -g 12 -bf 2 c.avi", TRUE },
  { "mpeg2-ps", "c.mpg", "-pix_fmt yuv420p -c:v mpeg2video -g 12 -bf 2 c.mpg", TRUE },
  { "mpeg2-ts", "c.ts", "-pix_fmt yuv420p -c:v mpeg2video -g 12 -bf 2 c.ts", TRUE },
  { "vp9-webm", "c.webm",
    "-pix_fmt yuv420p -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 12 c.webm", TRUE },
  { "ffv1-nut", "c.nut", "-pix_fmt yuv420p -c:v ffv1 c.nut", TRUE },
  { "mjpeg-mov", "c.mov", "-pix_fmt yuvj420p -c:v mjpeg c.mov", TRUE },
  { "rgb-mkv", "c.mkv", "-pix_fmt rgb24 -c:v png c.mkv", TRUE },
  { "variable-rate-mkv", "c.mkv",
    "-vf select=not(eq(mod(n\\\\,7)\\\\,3)+between(n\\\\,20\\\\,27)) -fps_mode passthrough "
    "-pix_fmt yuv420p -c:v libx264 -g 12 -bf 3 c.mkv",
    TRUE },
  { "variable-rate-mp4", "c.mp4",
    "-vf select=not(eq(mod(n\\\\,7)\\\\,3)+between(n\\\\,20\\\\,27)) -fps_mode passthrough "
    "-pix_fmt yuv420p -c:v libx264 -g 12 -bf 3 c.mp4",
    TRUE },
};

/* To every frame, back to front, and to instants between frames. */
static void
assert_seeks (BbSource *source, GArray *all)
{
  g_autoptr (GError) error = NULL;
  gint64 end;

  for (guint i = all->len; i-- > 0;)
    {
      gint64 from = to_time (source, get (all, i)->pts);
      gint64 to = to_time (source, get (all, i)->pts + get (all, i)->duration);
      gint64 times[3] = { from, from + (to - from) / 2, to - 2000 };

      for (guint t = 0; t < G_N_ELEMENTS (times); t++)
        {
          g_assert_true (bb_source_seek (source, times[t], NULL, &error));
          g_assert_no_error (error);
          for (guint k = i; k < MIN (i + 3, all->len); k++)
            {
              g_autoptr (BbFrame) frame = read_frame (source);
              g_autofree char *md5 = NULL;

              g_assert_nonnull (frame);
              md5 = bb_test_frame_md5 (frame);
              g_assert_cmpint (frame->pts, ==, get (all, k)->pts);
              g_assert_cmpint (frame->duration, ==, get (all, k)->duration);
              g_assert_cmpstr (md5, ==, get (all, k)->md5);
            }
        }
    }

  end = to_time (source, get (all, all->len - 1)->pts + get (all, all->len - 1)->duration);
  g_assert_true (bb_source_seek (source, end + 2000, NULL, &error));
  g_assert_null (read_frame (source));
  g_assert_true (bb_source_seek (source, G_GINT64_CONSTANT (3600000000000), NULL, &error));
  g_assert_null (read_frame (source));

  for (gint64 time = -1000000000; time <= 0; time += 1000000000)
    {
      g_autoptr (GArray) again = NULL;

      g_assert_true (bb_source_seek (source, time, NULL, &error));
      again = read_all (source);
      g_assert_cmpuint (again->len, ==, all->len);
      for (guint i = 0; i < all->len; i++)
        {
          g_assert_cmpint (get (again, i)->pts, ==, get (all, i)->pts);
          g_assert_cmpstr (get (again, i)->md5, ==, get (all, i)->md5);
        }
    }
}

static void
test_seek (gconstpointer data)
{
  const Clip *clip = data;
  g_autofree char *made =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=96x64:r=25:d=1.6 %s", clip->arguments);
  g_autofree char *path = bb_test_media_path (clip->file);
  g_autoptr (BbSource) source = open_source (clip->file);
  g_autoptr (GArray) all = read_all (source);

  g_assert_cmpuint (all->len, ==, bb_test_ffprobe_count (path));
  if (clip->times)
    assert_times (all, clip->file);
  g_assert_cmpuint (bb_source_get_n_corrupt (source), ==, 0);
  assert_seeks (source, all);
}

typedef struct {
  const char *name;
  const char *ending;
  gsize header; /* bytes that only the first one has */
  const char *arguments[2];
} Pair;

#define AVC "-pix_fmt yuv420p -c:v libx264 -g 12 -bf 3"
#define MPEG2 "-pix_fmt yuv420p -c:v mpeg2video -g 12 -bf 2"
#define OTHER " -mpegts_start_pid 0x200"

static const Pair pairs[] = {
  { "ts", "ts", 0, { AVC, AVC } },
  { "ts-other-streams", "ts", 0, { AVC, AVC OTHER } },
  { "ts-other-program",
    "ts",
    0,
    { MPEG2, MPEG2 OTHER " -mpegts_service_id 7 -mpegts_pmt_start_pid 0x1100" } },
  { "ts-later", "ts", 0, { AVC, AVC OTHER " -output_ts_offset 1.6" } },
  { "ts-much-later", "ts", 0, { AVC, AVC " -output_ts_offset 3600" } },
  { "ts-other-codec", "ts", 0, { AVC, MPEG2 OTHER } },
  { "mpg", "mpg", 0, { MPEG2, MPEG2 } },
  { "flv", "flv", 13, { AVC, AVC } },
};

/* Two files, one behind the other, are one that is as long as both, with the pictures of both. */
static void
test_appended (gconstpointer data)
{
  const Pair *pair = data;
  g_autoptr (GString) bytes = g_string_new (NULL);
  GArray *parts[2];
  g_autoptr (GArray) all = NULL;
  g_autoptr (BbSource) source = NULL;
  g_autofree char *name = g_strdup_printf ("both.%s", pair->ending);
  g_autofree char *path = bb_test_media_path (name);

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *part = g_strdup_printf ("part%u.%s", i, pair->ending);
      g_autofree char *part_path = bb_test_media_path (part);
      g_autofree char *made =
        bb_test_ffmpeg ("-f lavfi -i %s=s=96x64:r=25:d=1.6 %s %s", i == 0 ? "testsrc2" : "testsrc",
                        pair->arguments[i], part);
      g_autofree char *contents = NULL;
      g_autoptr (BbSource) alone = open_source (part);
      gsize size;

      parts[i] = read_all (alone);
      g_assert_cmpuint (parts[i]->len, ==, 40);
      g_assert_true (g_file_get_contents (part_path, &contents, &size, NULL));
      g_string_append_len (bytes, contents + i * pair->header, (gssize) (size - i * pair->header));
    }
  g_assert_true (g_file_set_contents (path, bytes->str, (gssize) bytes->len, NULL));

  source = open_source (name);
  all = read_all (source);
  g_assert_cmpuint (all->len, ==, 80);
  for (guint i = 0; i < all->len; i++)
    g_assert_cmpstr (get (all, i)->md5, ==, get (parts[i / 40], i % 40)->md5);
  g_assert_cmpfloat_with_epsilon ((double) bb_source_get_info (source)->duration * 1e-9, 3.2, 0.05);
  g_assert_cmpfloat_with_epsilon ((double) to_time (source, get (all, 79)->pts) * 1e-9, 3.16, 0.05);
  assert_seeks (source, all);
  g_array_unref (parts[0]);
  g_array_unref (parts[1]);
}

static void
test_info (void)
{
  g_autofree char *made = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=96x64:r=30000/1001:d=2 -f lavfi "
                                          "-i sine=d=2 -pix_fmt yuv420p -c:v libx264 "
                                          "-c:a aac -video_track_timescale 30000 a.mp4");
  g_autofree char *late =
    bb_test_ffmpeg ("-itsoffset 0.5 -i a.mp4 -i a.mp4 -map 0:v -map 1:a -c copy b.mp4");
  g_autofree char *stream = bb_test_ffmpeg ("-i a.mp4 -c copy c.ts");
  g_autoptr (BbSource) source = open_source ("a.mp4");
  g_autoptr (BbSource) offset = open_source ("b.mp4");
  g_autoptr (BbSource) shifted = open_source ("c.ts");
  const BbSourceInfo *info = bb_source_get_info (source);
  g_autoptr (GArray) all = NULL;

  g_assert_cmpint (info->time_base_num, ==, 1);
  g_assert_cmpint (info->time_base_den, ==, 30000);
  g_assert_cmpint (info->start, ==, 0);
  g_assert_cmpint (info->rate_num, ==, 30000);
  g_assert_cmpint (info->rate_den, ==, 1001);
  g_assert_cmpint (info->n_frames, ==, 60);
  g_assert_cmpint (ABS (info->duration - 2002000000), <, 1000000);
  g_assert_cmpstr (info->codec, ==, "h264");
  g_assert_false (info->hdr);
  g_assert_false (info->interlaced);

  /* The sound begins first: times count from there. */
  g_assert_cmpint (bb_source_get_info (offset)->start, ==, 0);
  all = read_all (offset);
  g_assert_cmpint (ABS (to_time (offset, get (all, 0)->pts) - 500000000), <, 1000000);
  g_assert_cmpint (bb_source_get_info (shifted)->start, >, 1000000000);
  g_assert_cmpint (bb_source_get_info (shifted)->start, <, 2000000000);
}

/* What is cut off by an edit list is decoded, but not shown. */
static void
test_edit_list (void)
{
  g_autofree char *made = bb_test_ffmpeg (
    "-f lavfi -i testsrc2=s=96x64:r=25:d=2 -pix_fmt yuv420p -c:v libx264 -g 20 -bf 2 a.mp4");
  g_autofree char *cut = bb_test_ffmpeg ("-ss 0.56 -i a.mp4 -c copy cut.mp4");
  g_autofree char *path = bb_test_media_path ("cut.mp4");
  g_autoptr (BbSource) source = open_source ("cut.mp4");
  g_autoptr (BbSource) whole = open_source ("a.mp4");
  g_autoptr (GArray) all = read_all (source);
  g_autoptr (GArray) whole_all = read_all (whole);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbFrame) frame = NULL;
  g_autofree char *md5 = NULL;

  g_assert_cmpuint (all->len, ==, bb_test_ffprobe_count (path));
  g_assert_cmpuint (all->len, ==, 36);
  assert_times (all, "cut.mp4");
  g_assert_cmpstr (get (all, 0)->md5, ==, get (whole_all, 14)->md5);
  g_assert_true (bb_source_seek (source, to_time (source, get (all, 3)->pts), NULL, &error));
  frame = read_frame (source);
  md5 = bb_test_frame_md5 (frame);
  g_assert_cmpstr (md5, ==, get (all, 3)->md5);
}

static void
change_file (const char *from, const char *to, double keep, gboolean spoil)
{
  g_autofree char *source = bb_test_media_path (from);
  g_autofree char *target = bb_test_media_path (to);
  g_autofree char *contents = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (source, &contents, &size, NULL));
  if (spoil)
    for (gsize i = size / 2; i < size / 2 + size / 20; i += 7)
      contents[i] = (char) (contents[i] ^ 0x5a);
  g_assert_true (g_file_set_contents (target, contents, (gssize) ((double) size * keep), NULL));
}

static void
test_damage (gconstpointer data)
{
  const char *extension = data;
  g_autofree char *made = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=320x240:r=25:d=4,noise=alls=20 "
                                          "-pix_fmt yuv420p -c:v libx264 -g 25 -preset fast "
                                          "-movflags +faststart whole.%s",
                                          extension);
  g_autofree char *names[3] = { g_strdup_printf ("whole.%s", extension),
                                g_strdup_printf ("short.%s", extension),
                                g_strdup_printf ("spoilt.%s", extension) };

  change_file (names[0], names[1], 0.6, FALSE);
  change_file (names[0], names[2], 1, TRUE);
  for (int i = 1; i < 3; i++)
    {
      g_autofree char *path = bb_test_media_path (names[i]);
      g_autoptr (BbSource) source = open_source (names[i]);
      g_autoptr (GArray) all = read_all (source);

      g_assert_cmpuint (all->len, ==, bb_test_ffprobe_count (path));
      g_assert_cmpuint (all->len, >, i == 1 ? 30 : 80);
      if (i == 2 || strcmp (extension, "mp4") == 0)
        g_assert_cmpuint (bb_source_get_n_corrupt (source), >, 0);
    }
  for (int i = 0; i < 3; i++)
    g_clear_pointer (&names[i], g_free);
}

static void
assert_refused (const char *path, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (path);
  BbSource *source = bb_source_new (path, &error);

  g_test_message ("%s: %s", name, error != NULL ? error->message : "opened");
  g_assert_null (source);
  g_assert_error (error, BB_ERROR, BB_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_nonnull (strstr (error->message, reason));
  g_assert_nonnull (strstr (error->message, "; "));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_refused (void)
{
  static const char text[] = "This is a text, and no video.\nIt has two lines.\n";
  g_autofree char *missing = bb_test_media_path ("missing.mp4");
  g_autofree char *folder = bb_test_media_path ("folder.mp4");
  g_autofree char *empty = bb_test_media_path ("empty.mp4");
  g_autofree char *text_mp4 = bb_test_media_path ("text.mp4");
  g_autofree char *text_txt = bb_test_media_path ("text.txt");
  g_autofree char *headless = bb_test_media_path ("headless.mp4");
  g_autofree char *sound = bb_test_media_path ("sound.m4a");
  g_autofree char *cover = bb_test_media_path ("cover.m4a");
  g_autofree char *whole = bb_test_media_path ("known.mkv");
  g_autofree char *unknown = bb_test_media_path ("unknown.mkv");
  g_autofree char *junk = bb_test_media_path ("junk.mp4");
  g_autofree char *whole_mp4 = bb_test_media_path ("whole.mp4");
  g_autofree char *made = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=96x64:r=25:d=1 -pix_fmt yuv420p "
                                          "-c:v libx264 whole.mp4 -c:v ffv1 known.mkv");
  g_autofree char *heard = bb_test_ffmpeg ("-f lavfi -i sine=d=1 -c:a aac sound.m4a");
  g_autofree char *covered =
    bb_test_ffmpeg ("-i sound.m4a -f lavfi -i testsrc2=s=96x64:r=25:d=0.04 -map 0 -map 1 -c:a copy "
                    "-c:v png -disposition:v attached_pic cover.m4a");
  g_autofree char *contents = NULL;
  char *codec, *start, *end;
  gsize size;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_true (g_file_set_contents (text_mp4, text, -1, NULL));
  g_assert_true (g_file_set_contents (text_txt, text, -1, NULL));
  change_file ("whole.mp4", "headless.mp4", 0.4, FALSE);

  assert_refused (missing, "no such file");
  assert_refused (folder, "folder");
  assert_refused (empty, "empty");
  assert_refused (text_mp4, "not a video");
  assert_refused (text_txt, "not a video");
  assert_refused (headless, "damaged");
  assert_refused (sound, "no picture");
  assert_refused (cover, "no picture");

  g_assert_true (g_file_get_contents (whole, &contents, &size, NULL));
  codec = memmem (contents, size, "FFV1", 4);
  g_assert_nonnull (codec);
  memcpy (codec, "XYZ1", 4);
  g_assert_true (g_file_set_contents (unknown, contents, (gssize) size, NULL));
  assert_refused (unknown, "no decoder");

  /* All packets are junk. */
  g_clear_pointer (&contents, g_free);
  g_assert_true (g_file_get_contents (whole_mp4, &contents, &size, NULL));
  start = memmem (contents, size, "mdat", 4);
  end = memmem (contents, size, "moov", 4);
  g_assert_true (start != NULL && end > start);
  for (char *c = start + 4; c < end - 4; c++)
    *c = (char) ((c - start) * 7);
  g_assert_true (g_file_set_contents (junk, contents, (gssize) size, NULL));
  assert_refused (junk, "decoded");
}

/* Names that FFmpeg would take for something else. */
static void
test_names (void)
{
  static const char *const names[] = { "concat:a|b.mp4", "a:b%03d.mp4", "100%.mp4", "größe.mp4",
                                       "-.mp4" };
  g_autofree char *made =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=96x64:r=25:d=0.2 -pix_fmt yuv420p -c:v libx264 a.mp4");
  g_autofree char *path = bb_test_media_path ("a.mp4");
  g_autofree char *contents = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *odd = bb_test_media_path (names[i]);
      g_autoptr (BbSource) source = NULL;
      g_autoptr (GArray) all = NULL;

      g_assert_true (g_file_set_contents (odd, contents, (gssize) size, NULL));
      source = open_path (odd);
      all = read_all (source);
      g_assert_cmpuint (all->len, ==, 5);
      g_assert_cmpstr (bb_source_get_path (source), ==, odd);
    }
}

static void
test_cancel (void)
{
  g_autofree char *made = bb_test_ffmpeg (
    "-f lavfi -i testsrc2=s=96x64:r=25:d=1 -pix_fmt yuv420p -c:v libx264 -g 1000 a.mp4");
  g_autoptr (BbSource) source = open_source ("a.mp4");
  g_autoptr (GArray) all = read_all (source);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (bb_source_seek (source, 0, NULL, &error));
  for (guint i = 0; i < all->len; i++)
    {
      g_autoptr (BbFrame) frame = NULL;

      /* Nothing gets lost. */
      g_cancellable_cancel (cancellable);
      g_assert_null (bb_source_read (source, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      g_cancellable_reset (cancellable);
      frame = bb_source_read (source, cancellable, &error);
      g_assert_no_error (error);
      g_assert_cmpint (frame->pts, ==, get (all, i)->pts);
    }
  g_cancellable_cancel (cancellable);
  g_assert_false (bb_source_seek (source, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Frames outlive their source. */
static void
test_lifetime (void)
{
  g_autofree char *made =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=96x64:r=25:d=1 -pix_fmt yuv420p -c:v libx264 a.mp4");
  BbSource *source = open_source ("a.mp4");
  g_autoptr (BbFrame) frame = read_frame (source);
  g_autofree char *before = bb_test_frame_md5 (frame);
  g_autofree char *after = NULL;

  bb_source_free (source);
  after = bb_test_frame_md5 (frame);
  g_assert_cmpstr (before, ==, after);
}

/* Real clips, where they are. */
static void
test_shared (void)
{
  static const char *const broken[] = { "sample_ac3.mp4", "sample_malformed_free_box.mp4" };
  const char *folder = g_getenv ("BB_SHARED_MEDIA");
  GDir *dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;

  if (dir == NULL)
    {
      g_test_skip ("the shared clips are not here");
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (BbSource) source = NULL;
      g_autoptr (GArray) all = NULL;
      g_autoptr (GError) error = NULL;
      guint count = 0;

      if (!g_str_has_suffix (name, ".mp4") && !g_str_has_suffix (name, ".mkv") &&
          !g_str_has_suffix (name, ".webm"))
        continue;
      if (strcmp (name, broken[0]) == 0 || strcmp (name, broken[1]) == 0)
        {
          assert_refused (path, name);
          continue;
        }
      g_test_message ("%s", name);
      source = open_path (path);
      all = read_all (source);
      count = all->len;
      g_assert_cmpuint (count, ==, bb_test_ffprobe_count (path));
      for (guint i = 0; i < count; i += 1 + count / 5)
        {
          g_autoptr (BbFrame) frame = NULL;
          g_autofree char *md5 = NULL;

          g_assert_true (
            bb_source_seek (source, to_time (source, get (all, i)->pts), NULL, &error));
          frame = read_frame (source);
          md5 = bb_test_frame_md5 (frame);
          g_assert_cmpint (frame->pts, ==, get (all, i)->pts);
          g_assert_cmpstr (md5, ==, get (all, i)->md5);
        }
    }
  g_dir_close (dir);
}

static void
add_tests (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (clips); i++)
    {
      g_autofree char *name = g_strdup_printf ("/source/seek/%s", clips[i].name);

      g_test_add_data_func (name, &clips[i], test_seek);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *name = g_strdup_printf ("/source/appended/%s", pairs[i].name);

      g_test_add_data_func (name, &pairs[i], test_appended);
    }
  g_test_add_func ("/source/info", test_info);
  g_test_add_func ("/source/edit-list", test_edit_list);
  g_test_add_data_func ("/source/damage/mp4", "mp4", test_damage);
  g_test_add_data_func ("/source/damage/ts", "ts", test_damage);
  g_test_add_data_func ("/source/damage/mkv", "mkv", test_damage);
  g_test_add_func ("/source/refused", test_refused);
  g_test_add_func ("/source/names", test_names);
  g_test_add_func ("/source/cancel", test_cancel);
  g_test_add_func ("/source/lifetime", test_lifetime);
  g_test_add_func ("/source/shared", test_shared);
}

int
main (int argc, char **argv)
{
  return bb_test_media_run (argc, argv, add_tests);
}
