/* test-sound.c: what is heard while it plays, on a sound server of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A private PulseAudio with a sink that leads nowhere; what arrives there is recorded from its
 * monitor.
 */

#include "bb-player.h"
#include "bb-test-player.h"
#include "bb-test-wait.h"
#include "bb-test-media.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define RATE 48000
#define FRAME (2 * sizeof (float))

typedef struct {
  BbPlayer *player;
  gboolean opened;
  guint n_pictures;
  guint n_ended;
} Fixture;

static GSubprocess *server;

/* Goes when this program goes, however that happens. */
static void
child_setup_cb (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static GSubprocessLauncher *
new_launcher (void)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                                             G_SUBPROCESS_FLAGS_STDERR_SILENCE);

  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, NULL, NULL);
  return launcher;
}

static void
start_server (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = new_launcher ();

  server = g_subprocess_launcher_spawn (
    launcher, &error, "pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no",
    "--exit-idle-time=-1", "--disable-shm=yes",
    "--load=module-native-protocol-unix socket=pulse auth-anonymous=1",
    "--load=module-null-sink sink_name=test format=float32le rate=48000 channels=2", NULL);
  g_assert_no_error (error);
}

static void
stop_server (void)
{
  g_subprocess_send_signal (server, SIGTERM);
  g_subprocess_wait (server, NULL, NULL);
  g_clear_object (&server);
}

static gboolean
server_answers (void)
{
  g_autoptr (GSubprocess) process =
    g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL,
                      "pactl", "info", NULL);

  return process != NULL && g_subprocess_wait_check (process, NULL, NULL);
}

/* Waits for the server; %FALSE where it does not start here. */
static gboolean
wait_for_server (void)
{
  BB_TEST_POLL (server_answers () || g_subprocess_get_identifier (server) == NULL);
  return g_subprocess_get_identifier (server) != NULL;
}

static gsize
get_recorded (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 ? (gsize) status.st_size / FRAME : 0;
}

/* A recorder of what arrives at the sink. */
static GSubprocess *
start_recording (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = new_launcher ();
  GSubprocess *recorder = g_subprocess_launcher_spawn (
    launcher, &error, "parec", "--device=test.monitor", "--raw", "--format=float32le",
    "--rate=48000", "--channels=2", "--latency-msec=20", path, NULL);

  g_assert_no_error (error);
  /* The sink gives silence all the time. */
  BB_TEST_POLL (get_recorded (path) > 0);
  return recorder;
}

/* Ends the recording once @more samples came after now; returns all of it. */
static float *
stop_recording (GSubprocess *recorder, const char *path, gsize more, gsize *n)
{
  char *data = NULL;
  gsize until = get_recorded (path) + more;
  gsize size = 0;

  BB_TEST_POLL (get_recorded (path) >= until);
  g_subprocess_force_exit (recorder);
  g_subprocess_wait (recorder, NULL, NULL);
  g_object_unref (recorder);
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  *n = size / FRAME;
  return (float *) (gpointer) data;
}

/* Where a stream begins, the sink takes back some of the silence that it has given out already; its
 * monitor does not get what stands there instead. */
#define SWALLOWED (RATE / 16)

/* Where @needle is in @hay: the first place where all samples are within @tolerance, else -1. */
static gssize
find_sound (const float *hay, gsize n_hay, const float *needle, gsize n_needle, float tolerance)
{
  for (gsize at = 0; at + n_needle <= n_hay; at++)
    {
      gsize i = 0;

      while (i < 2 * n_needle && fabsf (hay[2 * at + i] - needle[i]) <= tolerance)
        i++;
      if (i == 2 * n_needle)
        return (gssize) at;
    }
  return -1;
}

static gsize
count_sound (const float *samples, gsize n)
{
  gsize count = 0;

  for (gsize i = 0; i < n; i++)
    if (fabsf (samples[2 * i]) > 1e-4f || fabsf (samples[2 * i + 1]) > 1e-4f)
      count++;
  return count;
}

static void
picture_cb (BbPlayer *player, Fixture *f)
{
  f->n_pictures++;
}

static void
ended_cb (BbPlayer *player, Fixture *f)
{
  f->n_ended++;
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GError) error = NULL;

  bb_player_open_finish (BB_PLAYER (object), result, &error);
  g_assert_no_error (error);
  f->opened = TRUE;
}

static void
fixture_init (Fixture *f, const char *path, gint64 start, gint64 end)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (BbRecipe) recipe = NULL;
  BbRecipeValues values;

  *f = (Fixture) { .player = bb_player_new () };
  g_signal_connect (f->player, "picture", G_CALLBACK (picture_cb), f);
  g_signal_connect (f->player, "ended", G_CALLBACK (ended_cb), f);
  bb_recipe_values_init (&values);
  values.width = 90;
  values.height = 160;
  values.start = start;
  values.end = end;
  recipe = bb_recipe_new (&values, NULL);
  BB_TEST_PLAYER_SET (f->player, s.recipe = recipe);
  bb_player_open_async (f->player, file, NULL, opened_cb, f);
  BB_TEST_WAIT (f->opened && f->n_pictures > 0);
}

static char *
make_clip (const char *name, const char *sound)
{
  g_autofree char *output = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=160x90:r=25:d=3 %s -pix_fmt "
                                            "yuv420p -c:v libx264 -g 10 -c:a pcm_s16le %s",
                                            sound, name);

  return bb_test_media_path (name);
}

#define SWEEP                                                                                      \
  "-f lavfi -i aevalsrc='0.4*sin(300*t*t+900*t)+0.1|0.4*cos(200*t*t+500*t)-0.1:s=48000:d=3'"

/* The clip's sound out of ffmpeg. */
static float *
read_reference (const char *path, gsize *n)
{
  g_autofree char *quoted = g_shell_quote (path);
  g_autoptr (GBytes) bytes = bb_test_ffmpeg_bytes ("-i %s -map 0:a -f f32le -", quoted);
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  *n = size / FRAME;
  return g_memdup2 (data, size);
}

/* All of it arrives, sample for sample, and nothing else. */
static void
test_play (void)
{
  Fixture f;
  g_autofree char *path = make_clip ("sound.mov", SWEEP);
  g_autofree char *record_path = bb_test_media_path ("play.raw");
  gsize n_expected, n;
  g_autofree float *expected = read_reference (path, &n_expected);
  g_autofree float *recorded = NULL;
  GSubprocess *recorder = start_recording (record_path);
  gssize at;

  fixture_init (&f, path, 0, -1);
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_ended > 0);
  recorded = stop_recording (recorder, record_path, RATE / 5, &n);
  at = find_sound (recorded, n, expected + 2 * SWALLOWED, 2 * RATE, 0.0001f);
  g_assert_cmpint (at, >=, 0);
  /* The clock follows what is heard, so that the end is heard as well, but for what the server holds. */
  g_test_message ("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " samples were heard",
                  count_sound (recorded, n), n_expected);
  g_assert_cmpuint (count_sound (recorded, n), <=, n_expected);
  g_assert_cmpuint (count_sound (recorded, n), >=, n_expected - RATE / 4);
  g_object_unref (f.player);
}

/* A trim in the middle: nothing of what is cut is heard. */
static void
test_trim (void)
{
  Fixture f;
  g_autofree char *path = make_clip ("trim.mov", SWEEP);
  g_autofree char *record_path = bb_test_media_path ("trim.raw");
  gsize n_expected, n;
  g_autofree float *expected = read_reference (path, &n_expected);
  g_autofree float *recorded = NULL;
  GSubprocess *recorder = start_recording (record_path);

  fixture_init (&f, path, 1010000000, 2000000000);
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_ended > 0);
  recorded = stop_recording (recorder, record_path, RATE / 5, &n);
  g_assert_cmpint (
    find_sound (recorded, n, expected + 2 * (RATE * 101 / 100 + SWALLOWED), RATE / 2, 0.0001f), >=,
    0);
  g_assert_cmpint (find_sound (recorded, n, expected + 2 * (RATE * 101 / 100 - 100), 50, 0.0001f),
                   <, 0);
  g_assert_cmpuint (count_sound (recorded, n), <=, RATE + RATE / 10);
  g_object_unref (f.player);
}

/* Sought while it plays: what was there falls silent, what is there is heard. */
static void
test_seek (void)
{
  Fixture f;
  g_autofree char *path = make_clip ("seek.mov", SWEEP);
  g_autofree char *record_path = bb_test_media_path ("seek.raw");
  gsize n_expected, n;
  g_autofree float *expected = read_reference (path, &n_expected);
  g_autofree float *recorded = NULL;
  GSubprocess *recorder = start_recording (record_path);
  gssize first, second;

  fixture_init (&f, path, 0, -1);
  bb_player_play (f.player);
  BB_TEST_WAIT (bb_player_get_position (f.player) >= 400000000);
  for (int i = 0; i < 20; i++)
    bb_player_seek (f.player, 1000000000 + i * 50000000);
  BB_TEST_WAIT (f.n_ended > 0);
  recorded = stop_recording (recorder, record_path, RATE / 5, &n);
  first = find_sound (recorded, n, expected + 2 * SWALLOWED, RATE / 4, 0.0001f);
  second =
    find_sound (recorded, n, expected + 2 * (RATE * 195 / 100 + SWALLOWED), RATE / 2, 0.0001f);
  g_assert_cmpint (first, >=, 0);
  g_assert_cmpint (second, >, first);
  g_object_unref (f.player);
}

/* Muted it is silent, and its time goes on. */
static void
test_mute (void)
{
  Fixture f;
  g_autofree char *path = make_clip ("mute.mov", SWEEP);
  g_autofree char *record_path = bb_test_media_path ("mute.raw");
  gsize n;
  g_autofree float *recorded = NULL;
  GSubprocess *recorder = start_recording (record_path);

  fixture_init (&f, path, 0, -1);
  BB_TEST_PLAYER_SET (f.player, s.muted = TRUE);
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_ended > 0);
  recorded = stop_recording (recorder, record_path, RATE / 5, &n);
  g_assert_cmpuint (count_sound (recorded, n), ==, 0);
  g_object_unref (f.player);
}

/* Half as loud on the slider is an eighth of the samples, as sound servers have it; faster or slower than the
 * clip there is no sound, and time goes as fast as was asked for at most. */
static void
test_volume (void)
{
  Fixture f;
  g_autofree char *path = make_clip ("volume.mov", SWEEP);
  g_autofree char *record_path = bb_test_media_path ("volume.raw");
  gsize n, n_expected;
  g_autofree float *expected = read_reference (path, &n_expected);
  g_autofree float *recorded = NULL;
  GSubprocess *recorder = start_recording (record_path);
  gint64 began;

  fixture_init (&f, path, 0, 800000000);
  BB_TEST_PLAYER_SET (f.player, s.quieter = 0.5);
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_ended > 0);
  recorded = stop_recording (recorder, record_path, RATE / 5, &n);
  for (gsize i = 0; i < RATE; i++)
    expected[i] *= 0.125f;
  g_assert_cmpint (find_sound (recorded, n, expected + 2 * SWALLOWED, RATE / 4, 0.0001f), >=, 0);
  g_free (g_steal_pointer (&recorded));

  recorder = start_recording (record_path);
  f.n_ended = 0;
  bb_player_set_rate (f.player, 0.5);
  began = g_get_monotonic_time ();
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_ended > 0);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 1600000 - 40000);
  recorded = stop_recording (recorder, record_path, RATE / 5, &n);
  g_assert_cmpuint (count_sound (recorded, n), ==, 0);
  g_object_unref (f.player);
}

/* Sound that ends long before the picture: the picture goes on to its end. */
static void
test_short (void)
{
  Fixture f;
  g_autofree char *path =
    make_clip ("short.mov", "-f lavfi -i aevalsrc='0.4*sin(900*t):s=48000:d=1'");

  fixture_init (&f, path, 0, -1);
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_ended > 0);
  g_assert_cmpint (bb_player_get_picture (f.player)->time, ==, 2960000000);
  g_object_unref (f.player);
}

/* The server dies while it plays, stays away, and comes back. */
static void
test_server_dies (void)
{
  Fixture f;
  g_autofree char *path = make_clip ("dies.mov", SWEEP);
  g_autofree char *record_path = bb_test_media_path ("dies.raw");
  g_autofree float *recorded = NULL;
  GSubprocess *recorder;
  gsize n;
  gint64 before;

  fixture_init (&f, path, 0, -1);
  bb_player_play (f.player);
  BB_TEST_WAIT (bb_player_get_position (f.player) >= 800000000);
  stop_server ();
  before = bb_player_get_position (f.player);
  while (f.n_ended == 0)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (bb_player_get_position (f.player), >=, before);
      before = bb_player_get_position (f.player);
    }
  g_assert_cmpint (bb_player_get_picture (f.player)->time, ==, 2960000000);
  /* Without one. */
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_ended > 1);

  start_server ();
  g_assert_true (wait_for_server ());
  recorder = start_recording (record_path);
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_ended > 2);
  recorded = stop_recording (recorder, record_path, RATE / 5, &n);
  g_assert_cmpuint (count_sound (recorded, n), >, RATE);
  g_object_unref (f.player);
}

/* A server that takes connections and never answers. */
static void
test_server_hangs (void)
{
  Fixture f;
  g_autofree char *path = make_clip ("hangs.mov", SWEEP);
  pid_t pid = (pid_t) g_ascii_strtoll (g_subprocess_get_identifier (server), NULL, 10);

  kill (pid, SIGSTOP);
  fixture_init (&f, path, 0, -1);
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_ended > 0);
  g_assert_cmpint (bb_player_get_picture (f.player)->time, ==, 2960000000);
  g_object_unref (f.player);
  kill (pid, SIGCONT);
}

int
main (int argc, char **argv)
{
  g_autofree char *pulse = g_find_program_in_path ("pulseaudio");
  g_autofree char *parec = g_find_program_in_path ("parec");
  g_autofree char *runtime = NULL;
  g_autofree char *socket = NULL;
  g_autofree char *address = NULL;
  int result;

  /* Before there are threads. */
  bb_test_media_init ();
  runtime = bb_test_media_path ("pulse");
  g_assert_no_errno (g_mkdir (runtime, 0700));
  g_setenv ("PULSE_RUNTIME_PATH", runtime, TRUE);
  g_setenv ("PULSE_STATE_PATH", runtime, TRUE);
  socket = g_build_filename (runtime, "pulse", NULL);
  address = g_strconcat ("unix:", socket, NULL);
  g_setenv ("PULSE_SERVER", address, TRUE);
  g_setenv ("PULSE_SINK", "test", TRUE);
  g_setenv ("HOME", runtime, TRUE);

  g_test_init (&argc, &argv, NULL);
  if (!bb_test_media_has_programs () || pulse == NULL || parec == NULL)
    {
      g_print ("1..0 # SKIP the ffmpeg programs or pulseaudio are not here\n");
      bb_test_media_cleanup ();
      return 0;
    }
  start_server ();
  if (!wait_for_server ())
    {
      g_print ("1..0 # SKIP pulseaudio does not start here\n");
      stop_server ();
      bb_test_media_cleanup ();
      return 0;
    }
  g_test_add_func ("/sound/play", test_play);
  g_test_add_func ("/sound/trim", test_trim);
  g_test_add_func ("/sound/seek", test_seek);
  g_test_add_func ("/sound/mute", test_mute);
  g_test_add_func ("/sound/volume", test_volume);
  g_test_add_func ("/sound/short", test_short);
  g_test_add_func ("/sound/server-dies", test_server_dies);
  g_test_add_func ("/sound/server-hangs", test_server_hangs);
  result = g_test_run ();
  stop_server ();
  bb_test_media_cleanup ();
  return result;
}
