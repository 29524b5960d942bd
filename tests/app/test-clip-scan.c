/* test-clip-scan.c: peaks and cuts of a clip, against what the ffmpeg program decodes and made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-clip-scan.h"
#include "bb-test-media.h"
#include "bb-test-wait.h"

#include <math.h>

typedef struct {
  GArray *peaks; /* of BbPeak */
  GArray *cuts;  /* of gint64 */
  gboolean done;
  GError *error;
  GCancellable *cancellable;
  gboolean cancels; /* at the first thing that comes */
} Fixture;

static void
peaks_cb (guint first, const BbPeak *peaks, guint n, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_cmpuint (first, ==, f->peaks->len);
  g_assert_false (g_cancellable_is_cancelled (f->cancellable));
  g_array_append_vals (f->peaks, peaks, n);
  if (f->cancels)
    g_cancellable_cancel (f->cancellable);
}

static void
cut_cb (gint64 time, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_false (g_cancellable_is_cancelled (f->cancellable));
  g_array_append_val (f->cuts, time);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  bb_clip_scan_finish (result, &f->error);
  f->done = TRUE;
}

static void
scan (Fixture *f, const char *name, BbClipScanFlags flags, gboolean cancels)
{
  static const BbClipScanFuncs funcs = { peaks_cb, cut_cb };
  g_autofree char *path = bb_test_media_path (name);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (BbSource) source = bb_source_new (path, NULL);
  const BbSourceInfo *info = bb_source_get_info (source);
  BbPlayerSource about = { .start = info->start, .has_audio = info->has_audio };

  *f = (Fixture) { .peaks = g_array_new (FALSE, FALSE, sizeof (BbPeak)),
                   .cuts = g_array_new (FALSE, FALSE, sizeof (gint64)),
                   .cancellable = g_cancellable_new (),
                   .cancels = cancels };
  bb_clip_scan_async (file, &about, flags, &funcs, f, f->cancellable, done_cb, f);
  BB_TEST_WAIT (f->done);
}

static void
fixture_clear (Fixture *f)
{
  g_array_unref (f->peaks);
  g_array_unref (f->cuts);
  g_object_unref (f->cancellable);
  g_clear_error (&f->error);
}

/* Each hundredth of a second has the least and the greatest of the samples that ffmpeg decodes there. The sound
 * begins after the picture, with silence. */
static void
test_peaks (void)
{
  g_autofree char *made = bb_test_ffmpeg (
    "-f lavfi -i testsrc2=s=64x36:r=25:d=14 -itsoffset 0.5 -f lavfi -i "
    "aevalsrc='0.9*sin(300*t)*sin(0.7*t)|-0.3*abs(sin(40*t))':s=48000:d=12.345 -c:v libx264 "
    "-c:a pcm_s16le %s",
    "peaks.mov");
  g_autofree char *input = bb_test_media_path ("peaks.mov");
  g_autofree char *raw_path = bb_test_media_path ("peaks.raw");
  g_autofree char *command = g_strdup_printf (
    "ffmpeg -nostdin -v error -y -i '%s' -map a -af aresample=async=1:first_pts=0 -f f32le '%s'",
    input, raw_path);
  g_autofree char *raw = NULL;
  const float *samples;
  gsize size, n;
  int status = 1;
  Fixture f;

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  g_assert_true (g_file_get_contents (raw_path, &raw, &size, NULL));
  samples = (const float *) (gconstpointer) raw;
  n = size / sizeof (float) / 2;
  g_assert_cmpuint (n, ==, (gsize) lrint (12.845 * 48000));

  scan (&f, "peaks.mov", BB_CLIP_SCAN_PEAKS, FALSE);
  g_assert_no_error (f.error);
  g_assert_cmpuint (f.cuts->len, ==, 0);
  g_assert_cmpuint (f.peaks->len, ==, (n + 479) / 480);
  for (guint i = 0; i < f.peaks->len; i++)
    {
      const BbPeak *peak = &g_array_index (f.peaks, BbPeak, i);
      double low = 2, high = -2;

      for (gsize k = i * 960; k < MIN ((i + 1) * 960, 2 * n); k++)
        {
          low = MIN (low, (double) samples[k]);
          high = MAX (high, (double) samples[k]);
        }
      g_assert_cmpfloat_with_epsilon (peak->low / 32767.0, low, 1e-4);
      g_assert_cmpfloat_with_epsilon (peak->high / 32767.0, high, 1e-4);
    }
  fixture_clear (&f);

  scan (&f, "peaks.mov", BB_CLIP_SCAN_PEAKS | BB_CLIP_SCAN_CUTS, TRUE);
  g_assert_error (f.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (f.peaks->len, ==, 1000);
  g_assert_cmpuint (f.cuts->len, ==, 0);
  fixture_clear (&f);
}

/* Shots that ffmpeg put one after the other; neither motion nor a flash of one frame is a cut. */
static void
test_cuts (void)
{
  g_autofree char *made = bb_test_ffmpeg (
    "-f lavfi -i testsrc2=s=160x90:r=25:d=2.4 -f lavfi -i color=white:s=160x90:r=25:d=1.2 "
    "-f lavfi -i mandelbrot=s=160x90:r=25:end_pts=200 -filter_complex "
    "\"[2]trim=end_frame=50,setsar=1,geq=lum='if(eq(N,30),255,lum(X,Y))':cb=128:cr=128[m];"
    "[0][1][m]concat=n=3,format=yuv420p\" -c:v libx264 -qp 10 %s",
    "cuts.mp4");
  Fixture f;

  scan (&f, "cuts.mp4", BB_CLIP_SCAN_CUTS, FALSE);
  g_assert_no_error (f.error);
  g_assert_cmpuint (f.peaks->len, ==, 0);
  g_assert_cmpuint (f.cuts->len, ==, 2);
  g_assert_cmpint (g_array_index (f.cuts, gint64, 0), ==, 2400000000);
  g_assert_cmpint (g_array_index (f.cuts, gint64, 1), ==, 3600000000);
  fixture_clear (&f);

  /* No sound is no error. */
  scan (&f, "cuts.mp4", BB_CLIP_SCAN_PEAKS, FALSE);
  g_assert_no_error (f.error);
  g_assert_cmpuint (f.peaks->len, ==, 0);
  fixture_clear (&f);
}

static void
add_tests (void)
{
  g_test_add_func ("/clip-scan/peaks", test_peaks);
  g_test_add_func ("/clip-scan/cuts", test_cuts);
}

int
main (int argc, char **argv)
{
  return bb_test_media_run (argc, argv, add_tests);
}
