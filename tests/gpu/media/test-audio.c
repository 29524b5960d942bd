/* test-audio.c: a file's sound against what ffmpeg decodes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-audio-reader.h"
#include "bb-source.h"
#include "bb-test-media.h"

#include <math.h>
#include <string.h>

#define RATE 48000

/* A tone that rises, so that every instant sounds otherwise, in a clip with a picture. */
#define PICTURE "-f lavfi -i testsrc2=s=64x64:r=25:d=3 "
#define TONE "-f lavfi -i aevalsrc='0.5*sin(300*t*t+900*t)|0.4*cos(200*t*t+500*t):s=%d:d=3' "
#define CODE "-pix_fmt yuv420p -c:v libx264 "

/* The sound on the source's time line, silence where there is none, out of ffmpeg: [n][2]. */
static float *
read_reference (const char *path, gint64 start, gsize *n)
{
  g_autofree char *quoted = g_shell_quote (path);
  /* Times count from the source's start; silence fills from there and within. */
  g_autoptr (GBytes) bytes =
    bb_test_ffmpeg_bytes ("-copyts -i %s -map 0:a:0 -af \"asetpts=PTS-%.9f/TB,"
                          "aresample=%d:async=1:min_hard_comp=0.03:first_pts=0\" -ac 2 -f f32le -",
                          quoted, (double) start * 1e-9, RATE);
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  *n = size / (2 * sizeof (float));
  return g_memdup2 (data, size);
}

static float
largest_difference (const float *a, const float *b, gsize n)
{
  float largest = 0.0f;

  for (gsize i = 0; i < 2 * n; i++)
    largest = MAX (largest, fabsf (a[i] - b[i]));
  return largest;
}

/* Containers that round times to milliseconds leave it open by that much where a sample lies. */
static void
assert_equal (const float *actual, const float *expected, gsize n, int slack, float tolerance)
{
  float best = G_MAXFLOAT;
  int best_shift = 0;

  for (int shift = -slack; shift <= slack; shift++)
    {
      float difference = largest_difference (actual, expected + 2 * shift, n);

      if (difference < best)
        best_shift = shift;
      best = MIN (best, difference);
    }
  g_test_message ("largest difference %f at a shift of %d", (double) best, best_shift);
  g_assert_cmpfloat (best, <=, tolerance);
}

static gint64
get_start (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbSource) source = bb_source_new (path, &error);

  g_assert_no_error (error);
  g_assert_true (bb_source_get_info (source)->has_audio);
  return bb_source_get_info (source)->start;
}

/* All from the start, then from some places. */
static void
assert_sound (const char *path)
{
  gboolean exact = g_str_has_suffix (path, ".mp4") || g_str_has_suffix (path, ".mov");
  static const double places[] = { 0.0, 0.01, 0.5, 1.2345, 2.0, 2.9 };
  /* Opus comes back slowly: its frames lean on all before them. Times in milliseconds are off by parts
   * of samples. */
  float tolerance = exact ? 0.002f : 0.05f;
  g_autoptr (GError) error = NULL;
  gint64 start = get_start (path);
  g_autoptr (BbAudioReader) reader = bb_audio_reader_new (path, start, RATE, NULL, &error);
  gsize n;
  g_autofree float *expected = read_reference (path, start, &n);
  g_autofree float *actual = g_new (float, 2 * (n + RATE));
  gsize got;

  g_assert_no_error (error);
  got = bb_audio_reader_read (reader, actual, n + RATE);
  g_test_message ("%" G_GSIZE_FORMAT " samples, ffmpeg has %" G_GSIZE_FORMAT, got, n);
  g_assert_cmpint (ABS ((int) got - (int) n), <=, 64);
  assert_equal (actual, expected, MIN (got, n) - 64, 0, 0.002f);
  g_assert_cmpuint (bb_audio_reader_read (reader, actual, 10), ==, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      gsize first = (gsize) lround (places[i] * RATE);
      int slack = exact ? 0 : RATE / 1000;
      /* Opus has 312 samples of lead-in, which are only left out where decoding begins. */
      gsize from = exact ? 0 : 400;

      if (first + 4000 > n)
        continue;
      g_assert_true (bb_audio_reader_seek (reader, (gint64) (places[i] * 1e9), &error));
      g_assert_no_error (error);
      /* In small pieces as well. */
      for (gsize done = 0; done < 3000; done += 100)
        g_assert_cmpuint (bb_audio_reader_read (reader, actual + 2 * done, 100), ==, 100);
      assert_equal (actual + 2 * from, expected + 2 * (first + from), 2500, slack, tolerance);
    }
}

static void
test_codec (gconstpointer data)
{
  const char *name = data;
  g_autofree char *path = bb_test_media_path (name);
  const char *codec = g_str_has_suffix (name, ".webm")  ? "-c:a libopus -b:a 192k"
                      : g_str_has_suffix (name, ".mov") ? "-c:a pcm_s16le"
                      : g_str_has_suffix (name, ".mkv") ? "-c:a flac"
                                                        : "-c:a aac -b:a 192k -aac_pns 0";
  const char *video = g_str_has_suffix (name, ".webm") ? "-c:v libvpx -pix_fmt yuv420p" : CODE;
  g_autofree char *output = bb_test_ffmpeg (
    PICTURE TONE "%s %s %s", g_str_has_suffix (name, ".mkv") ? 44100 : 48000, video, codec, name);

  assert_sound (path);
}

/* Sound that begins late and ends early, and one with a hole. */
static void
test_gaps (void)
{
  g_autofree char *late = bb_test_media_path ("late.mp4");
  g_autofree char *hole = bb_test_media_path ("hole.mkv");
  g_autofree char *output = NULL;
  g_autofree char *output2 = NULL;

  output = bb_test_ffmpeg (PICTURE "-itsoffset 0.7 " TONE "-t 2.2 -map 0:v -map 1:a " CODE
                                   "-c:a aac -aac_pns 0 late.mp4",
                           48000);
  assert_sound (late);
  output2 = bb_test_ffmpeg (PICTURE TONE "-af \"aselect='not(between(t,0.8,1.6))'\" " CODE
                                         "-c:a pcm_s16le hole.mkv",
                            48000);
  assert_sound (hole);
}

static void
test_layouts (void)
{
  g_autofree char *mono = bb_test_media_path ("mono.mov");
  g_autofree char *output =
    bb_test_ffmpeg (PICTURE "-f lavfi -i aevalsrc='0.5*sin(300*t*t+900*t):s=32000:d=3' " CODE
                            "-c:a pcm_s16le mono.mov");
  g_autofree char *surround = bb_test_media_path ("surround.mov");
  g_autofree char *output2 = bb_test_ffmpeg (
    PICTURE "-f lavfi -i aevalsrc='0.1*sin(900*t)|0.1*sin(800*t)|0.2*sin(700*t)|0|0.1*sin(600*t)|"
            "0.1*sin(500*t):s=48000:c=5.1:d=3' " CODE "-c:a pcm_s16le surround.mov");

  /* Matroska does not say which channels PCM has. */
  g_autofree char *unnamed = bb_test_media_path ("unnamed.mkv");
  g_autofree char *output3 = bb_test_ffmpeg (
    PICTURE "-f lavfi -i aevalsrc='0.1*sin(900*t)|0.1*sin(800*t)|0.2*sin(700*t)|0.1*sin(600*t):"
            "s=48000:c=4.0:d=3' " CODE "-c:a pcm_s16le unnamed.mkv");

  assert_sound (mono);
  assert_sound (surround);
  assert_sound (unnamed);
}

/* More channels than have a usual order. */
static void
test_many_channels (void)
{
  g_autofree char *path = bb_test_media_path ("many.mkv");
  g_autofree char *output = bb_test_ffmpeg (
    PICTURE
    "-f lavfi -i aevalsrc='0.5*sin(900*t)|0.25*sin(900*t)|0|0|0|0|0|0|0|0|0:s=48000:d=3' " CODE
    "-c:a pcm_s16le many.mkv");
  g_autoptr (GError) error = NULL;
  g_autoptr (BbAudioReader) reader = bb_audio_reader_new (path, 0, RATE, NULL, &error);
  g_autofree float *samples = g_new (float, 2 * RATE);
  float left = 0.0f, right = 0.0f;

  g_assert_no_error (error);
  g_assert_cmpuint (bb_audio_reader_read (reader, samples, RATE), ==, RATE);
  for (gsize i = 0; i < RATE; i++)
    {
      left = MAX (left, fabsf (samples[2 * i]));
      right = MAX (right, fabsf (samples[2 * i + 1]));
    }
  g_assert_cmpfloat_with_epsilon (left, 0.5f, 0.01f);
  g_assert_cmpfloat_with_epsilon (right, 0.25f, 0.01f);
}

/* From 5.1 to stereo of another rate: all of both is heard, one after the other. */
static void
test_change (void)
{
  static const char *const kinds[] = { "6 -ar 48000", "2 -ar 44100" };
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BbAudioReader) reader = NULL;
  g_autofree float *samples = g_new0 (float, 2 * 3 * RATE);
  gint64 start;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *name = g_strdup_printf ("part%u.ts", i);
      g_autofree char *output = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=64x64:r=25:d=1 -f lavfi -i "
                                                "aevalsrc='0.5*sin(2*PI*%d*t)':s=48000:d=1 "
                                                "-af pan='stereo|FL=c0|FR=c0' -c:v mpeg2video -c:a "
                                                "ac3 -ac %s -output_ts_offset %u -muxdelay 0 "
                                                "%s",
                                                i == 0 ? 500 : 700, kinds[i], i + 1, name);
    }
  path = bb_test_media_join ("change.ts", "part0.ts", "part1.ts", NULL);
  start = get_start (path);
  reader = bb_audio_reader_new (path, start, RATE, NULL, &error);
  g_assert_no_error (error);
  bb_audio_reader_read (reader, samples, 3 * RATE);
  /* The tone of each second, by how often it crosses zero. */
  for (int second = 0; second < 2; second++)
    for (int channel = 0; channel < 2; channel++)
      {
        int n_crossings = 0;

        for (int i = second * RATE + RATE / 4; i < second * RATE + RATE * 3 / 4; i++)
          n_crossings += samples[2 * i + channel] < 0.0f && samples[2 * i + 2 + channel] >= 0.0f;
        g_assert_cmpint (ABS (n_crossings - (second == 0 ? 250 : 350)), <=, 2);
      }
}

#define BEEPS                                                                                      \
  "-f lavfi -i testsrc2=s=64x64:r=25:d=3 -f lavfi -i "                                             \
  "\"aevalsrc='0.8*sin(6000*t)*lt(mod(t,1),0.08)':s=48000:d=3\" -c:v mpeg2video "

/* The clock of a file jumps back where another one was appended: picture and sound go on together, also where the other one's
 * streams have other numbers or codecs. */
static void
test_jump (gconstpointer arguments)
{
  g_autofree char *first_made = bb_test_ffmpeg (BEEPS "-c:a mp2 first.ts");
  g_autofree char *second_made = bb_test_ffmpeg (BEEPS "%s second.ts", (const char *) arguments);
  g_autofree char *path = bb_test_media_join ("twice.ts", "first.ts", "second.ts", NULL);
  g_autofree float *samples = g_new (float, 2 * 7 * RATE);
  g_autoptr (BbAudioReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  guint n_beeps = 0;
  gsize n;

  reader = bb_audio_reader_new (path, get_start (path), RATE, NULL, &error);
  g_assert_no_error (error);
  n = bb_audio_reader_read (reader, samples, 7 * RATE);
  g_assert_cmpfloat (fabs ((double) n / RATE - 6), <, 0.1);
  for (gsize i = 0, last = 0; i < n; i++)
    if (fabsf (samples[2 * i]) > 0.2f)
      {
        if (n_beeps == 0 || i - last > RATE / 5)
          {
            g_test_message ("beep at %f", (double) i / RATE);
            g_assert_cmpfloat (fabs ((double) i / RATE - n_beeps), <, 0.08);
            n_beeps++;
          }
        last = i;
      }
  g_assert_cmpuint (n_beeps, ==, 6);

  /* Back and forth between both. */
  for (int second = 5; second > 0; second--)
    {
      int place = second * 2 % 5;

      g_assert_true (
        bb_audio_reader_seek (reader, place * G_GINT64_CONSTANT (1000000000) + 500000000, &error));
      g_assert_cmpuint (bb_audio_reader_read (reader, samples, RATE), ==, RATE);
      for (n = 0; n < RATE && fabsf (samples[2 * n]) < 0.2f; n++)
        ;
      g_test_message ("beep at %f after %d", (double) n / RATE, place);
      g_assert_cmpfloat (fabs ((double) n / RATE - 0.5), <, 0.08);
    }
}

static void
test_refused (void)
{
  g_autofree char *path = bb_test_media_path ("mute.mp4");
  g_autofree char *output = bb_test_ffmpeg (PICTURE CODE "mute.mp4");
  g_autoptr (GError) error = NULL;

  g_assert_null (bb_audio_reader_new (path, 0, RATE, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "mute.mp4"));
}

/* A list that names another file does not play it. */
static void
test_lists (void)
{
  static const char *const lists[] = {
    "ffconcat version 1.0\nfile named.ts\n",
    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nnamed.ts\n#EXT-X-ENDLIST\n",
  };
  g_autofree char *path = bb_test_media_path ("list.m3u8");
  g_autofree char *output = bb_test_ffmpeg ("-f lavfi -i sine=duration=1 -c:a mp2 named.ts");

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, lists[i], -1, NULL));
      g_assert_null (bb_audio_reader_new (path, 0, RATE, NULL, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, "names other files"));
    }
}

static void
add_tests (void)
{
  static const char *const names[] = { "aac.mp4", "opus.webm", "pcm.mov", "flac.mkv" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strdup_printf ("/audio/codec/%s", names[i]);

      g_test_add_data_func (name, names[i], test_codec);
    }
  g_test_add_func ("/audio/gaps", test_gaps);
  g_test_add_func ("/audio/layouts", test_layouts);
  g_test_add_func ("/audio/layouts/many", test_many_channels);
  g_test_add_func ("/audio/change", test_change);
  g_test_add_data_func ("/audio/jump", "-c:a mp2", test_jump);
  g_test_add_data_func ("/audio/jump/other-streams", "-c:a mp2 -mpegts_start_pid 0x200", test_jump);
  g_test_add_data_func ("/audio/jump/other-codec", "-c:a aac -mpegts_start_pid 0x200", test_jump);
  g_test_add_func ("/audio/refused", test_refused);
  g_test_add_func ("/audio/lists", test_lists);
}

int
main (int argc, char **argv)
{
  return bb_test_media_run (argc, argv, add_tests);
}
