/* test-queue.c: the render queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"
#include "bb-gate.h"
#include "bb-queue.h"
#include "bb-test-media.h"
#include "bb-test-wait.h"

#include <glib/gstdio.h>
#include <string.h>

#define LONG_FRAMES 4000

/* What the signals of a queue told. */
typedef struct {
  BbQueue *queue;
  GPtrArray *finished;
  GPtrArray *made;
  guint most_running;
} Fixture;

static guint
count_running (BbQueue *queue)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (queue)); i++)
    {
      g_autoptr (BbJob) job = g_list_model_get_item (G_LIST_MODEL (queue), i);

      n += bb_job_is_running (job);
    }
  return n;
}

static void
finished_cb (BbQueue *queue, BbJob *job, Fixture *fixture)
{
  g_assert_true (bb_job_is_over (job));
  g_assert_true (bb_queue_get_current (queue) != job);
  g_ptr_array_add (fixture->finished, g_object_ref (job));
}

static void
current_cb (BbQueue *queue, GParamSpec *pspec, Fixture *fixture)
{
  fixture->most_running = MAX (fixture->most_running, count_running (queue));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->queue = bb_queue_new ();
  fixture->finished = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->made = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect (fixture->queue, "finished", G_CALLBACK (finished_cb), fixture);
  g_signal_connect (fixture->queue, "notify::current", G_CALLBACK (current_cb), fixture);
}

static void
remove_files (const char *prefix)
{
  g_autofree char *folder = bb_test_media_path ("");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, prefix))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        g_unlink (path);
      }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  bb_queue_stop (fixture->queue, 60000);
  g_assert_finalize_object (fixture->queue);
  g_ptr_array_unref (fixture->finished);
  g_ptr_array_unref (fixture->made);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  remove_files ("out");
}

static BbRecipe *
make_recipe (const char *encoder, const char *preset)
{
  BbRecipeValues values;
  g_autoptr (GError) error = NULL;
  BbRecipe *recipe;

  bb_recipe_values_init (&values);
  values.width = 72;
  values.height = 128;
  values.batch = 4;
  values.device = "cpu";
  values.encoder = encoder;
  values.preset = preset;
  recipe = bb_recipe_new (&values, &error);
  g_assert_no_error (error);
  return recipe;
}

static BbJob *
make_job (const char *input, const char *output, BbJobName name)
{
  gboolean lossless = g_str_has_suffix (output, ".mkv");
  g_autofree char *input_path = bb_test_media_path (input);
  g_autofree char *output_path = bb_test_media_path (output);
  g_autoptr (GFile) input_file = g_file_new_for_path (input_path);
  g_autoptr (GFile) output_file = g_file_new_for_path (output_path);
  g_autoptr (BbRecipe) recipe =
    lossless ? make_recipe ("ffv1", "") : make_recipe ("libx264", "ultrafast");

  return bb_job_new (input_file, output_file, recipe, name);
}

/* Returns: (transfer none): a job that the queue took */
static BbJob *
add (Fixture *fixture, const char *input, const char *output, BbJobName name)
{
  BbJob *job = make_job (input, output, name);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (fixture->made, job);
  bb_queue_add (fixture->queue, job, &error);
  g_assert_no_error (error);
  return job;
}

static void
wait_for (Fixture *fixture, guint n_finished)
{
  BB_TEST_WAIT (fixture->finished->len >= n_finished);
}

/* Names in the test's folder that begin with @prefix, hidden ones too. */
static guint
count_files (const char *prefix)
{
  g_autofree char *folder = bb_test_media_path ("");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name[0] == '.' ? name + 1 : name, prefix);
  return n;
}

/* Times and checksums of all packets. The files themselves have random identities, and x264 with
 * several threads breaks ties between equal references differently once in a hundred runs, so that
 * ffv1 is compared. */
static char *
checksum (const char *name)
{
  return bb_test_ffmpeg ("-i %s -map 0 -c copy -f framemd5 -", name);
}

static void
assert_output (BbJob *job, const char *name)
{
  g_autofree char *base = g_file_get_basename (bb_job_get_output (job));

  g_assert_cmpstr (base, ==, name);
}

static void
assert_order (Fixture *fixture, BbJob *const *jobs, guint n)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BbJob) job = g_list_model_get_item (G_LIST_MODEL (fixture->queue), i);

      g_assert_true (job == jobs[i]);
    }
}

/* A name that is none, as anybody may send over D-Bus. */
static void
test_no_name (Fixture *fixture, gconstpointer data)
{
  g_autofree char *input = bb_test_media_path ("short.mp4");
  BbRecipeValues values;
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (input);
  g_autoptr (GFile) nothing = g_file_new_for_path ("");

  bb_recipe_values_init (&values);
  recipe = bb_recipe_new (&values, NULL);
  for (BbJobName name = BB_JOB_NAME_PROPOSED; name <= BB_JOB_NAME_REPLACE; name++)
    {
      g_autoptr (BbJob) to_nothing = bb_job_new (file, nothing, recipe, name);
      g_autoptr (BbJob) of_nothing = bb_job_new (nothing, file, recipe, name);
      g_autofree char *shown = bb_job_get_output_name (to_nothing);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (shown);
      g_assert_false (bb_queue_add (fixture->queue, to_nothing, &error));
      g_assert_error (error, BB_ERROR, BB_ERROR_OUTPUT);
      g_clear_error (&error);
      g_assert_false (bb_queue_add (fixture->queue, of_nothing, &error));
      g_assert_error (error, BB_ERROR, BB_ERROR_INPUT);
    }
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  BbJob *a = add (fixture, "short.mp4", "out-a.mp4", BB_JOB_NAME_CHOSEN);
  BbJob *b = add (fixture, "short.mp4", "out-b.mkv", BB_JOB_NAME_CHOSEN);
  BbJob *c = add (fixture, "short.mp4", "out-c.mp4", BB_JOB_NAME_CHOSEN);
  BbJob *jobs[] = { a, b, c };

  g_assert_cmpuint (bb_queue_get_n_waiting (fixture->queue), ==, 3);
  wait_for (fixture, 3);
  assert_order (fixture, jobs, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *path = g_file_get_path (bb_job_get_output (jobs[i]));

      g_assert_true (fixture->finished->pdata[i] == jobs[i]);
      g_assert_cmpint (bb_job_get_state (jobs[i]), ==, BB_JOB_DONE);
      g_assert_cmpint (bb_job_get_stats (jobs[i])->frames, ==, 25);
      g_assert_cmpint (bb_test_ffprobe_count (path), ==, 25);
    }
  g_assert_cmpuint (fixture->most_running, ==, 1);
  g_assert_null (bb_queue_get_current (fixture->queue));
  bb_queue_clear (fixture->queue);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, 0);
  g_assert_cmpuint (count_files ("out"), ==, 3);
}

typedef struct {
  GPtrArray *shadow;
} Mirror;

/* Follows a list by its signal alone, as a view does. */
static void
mirror_cb (GListModel *model, guint position, guint removed, guint added, Mirror *mirror)
{
  if (removed > 0)
    g_ptr_array_remove_range (mirror->shadow, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (mirror->shadow, (int) (position + i),
                        g_list_model_get_item (model, position + i));
  g_assert_cmpuint (mirror->shadow->len, ==, g_list_model_get_n_items (model));
}

static void
test_reorder (Fixture *fixture, gconstpointer data)
{
  Mirror mirror = { g_ptr_array_new_with_free_func (g_object_unref) };
  BbJob *job[4];

  bb_queue_set_paused (fixture->queue, TRUE);
  g_signal_connect (fixture->queue, "items-changed", G_CALLBACK (mirror_cb), &mirror);
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *name = g_strdup_printf ("out-%d.mp4", i);

      job[i] = add (fixture, "short.mp4", name, BB_JOB_NAME_CHOSEN);
    }
  g_assert_true (bb_queue_move (fixture->queue, job[2], -2));
  g_assert_true (bb_queue_move (fixture->queue, job[1], 10));
  g_assert_false (bb_queue_move (fixture->queue, job[2], -1));
  g_assert_false (bb_queue_move (fixture->queue, job[1], 1));
  assert_order (fixture, (BbJob *[]) { job[2], job[0], job[3], job[1] }, 4);

  bb_queue_set_paused (fixture->queue, FALSE);
  BB_TEST_WAIT (bb_queue_get_current (fixture->queue) != NULL);
  /* The one that runs keeps its place, and none that waits gets before it. */
  g_assert_true (bb_queue_get_current (fixture->queue) == job[2]);
  g_assert_false (bb_queue_move (fixture->queue, job[2], 1));
  g_assert_true (bb_queue_move (fixture->queue, job[1], -10));
  assert_order (fixture, (BbJob *[]) { job[2], job[1], job[0], job[3] }, 4);
  wait_for (fixture, 4);
  assert_order (fixture, (BbJob *const *) fixture->finished->pdata, 4);
  g_assert_true (fixture->finished->pdata[1] == job[1]);
  for (guint i = 0; i < 4; i++)
    g_assert_true (mirror.shadow->pdata[i] == fixture->finished->pdata[i]);
  g_signal_handlers_disconnect_by_data (fixture->queue, &mirror);
  g_ptr_array_unref (mirror.shadow);
}

static void
assert_failed (BbJob *job, int code, const char *name)
{
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_FAILED);
  g_assert_error (bb_job_get_error (job), BB_ERROR, code);
  g_assert_nonnull (strstr (bb_job_get_error (job)->message, name));
  g_assert_null (strchr (bb_job_get_error (job)->message, '\n'));
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_autofree char *late = bb_test_media_path ("late.mp4");
  g_autofree char *whole = bb_test_media_path ("short.mp4");
  BbJob *broken = add (fixture, "broken.mp4", "out-1.mp4", BB_JOB_NAME_CHOSEN);
  BbJob *good = add (fixture, "short.mp4", "out-2.mp4", BB_JOB_NAME_CHOSEN);
  BbJob *missing = add (fixture, "late.mp4", "out-3.mp4", BB_JOB_NAME_CHOSEN);
  BbJob *nowhere = add (fixture, "short.mp4", "none/out-4.mp4", BB_JOB_NAME_PROPOSED);
  BbJob *misfit = add (fixture, "short.mp4", "out-5.webm", BB_JOB_NAME_CHOSEN);
  BbJob *last = add (fixture, "short.mp4", "out-6.mp4", BB_JOB_NAME_CHOSEN);
  g_autoptr (GFile) source = g_file_new_for_path (whole);
  g_autoptr (GFile) target = g_file_new_for_path (late);
  g_autoptr (GError) error = NULL;

  wait_for (fixture, 6);
  assert_failed (broken, BB_ERROR_INPUT, "broken.mp4");
  assert_failed (missing, BB_ERROR_INPUT, "late.mp4");
  assert_failed (nowhere, BB_ERROR_OUTPUT, "out-4.mp4");
  assert_failed (misfit, BB_ERROR_ENCODER, "out-5.webm");
  g_assert_cmpint (bb_job_get_state (good), ==, BB_JOB_DONE);
  g_assert_cmpint (bb_job_get_state (last), ==, BB_JOB_DONE);
  g_assert_cmpuint (count_files ("out"), ==, 2);

  /* What was missing is there now: the job goes to the end and works. */
  g_file_copy (source, target, G_FILE_COPY_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (bb_queue_retry (fixture->queue, missing, &error));
  g_assert_no_error (error);
  g_assert_null (bb_job_get_error (missing));
  assert_order (fixture, (BbJob *[]) { broken, good, nowhere, misfit, last, missing }, 6);
  wait_for (fixture, 7);
  g_assert_cmpint (bb_job_get_state (missing), ==, BB_JOB_DONE);
  g_assert_cmpuint (count_files ("out"), ==, 3);
}

typedef struct {
  BbRender *render;
  GMutex lock;
  GCond changed;
  gint64 paused_at;
  guint calls;
} Pause;

static void
pause_cb (const BbRenderStats *stats, gpointer data)
{
  Pause *pause = data;

  g_mutex_lock (&pause->lock);
  pause->calls++;
  if (pause->calls == 1)
    {
      bb_render_set_paused (pause->render, TRUE);
      pause->paused_at = stats->frames;
      g_cond_signal (&pause->changed);
    }
  g_mutex_unlock (&pause->lock);
}

static gpointer
run_cb (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (bb_render_run (data, NULL, &error));
  g_assert_no_error (error);
  return NULL;
}

/* Held between two frames by the very thread that counts them: not one frame may pass. */
static void
test_pause (Fixture *fixture, gconstpointer data)
{
  g_autofree char *input = bb_test_media_path ("short.mp4");
  g_autofree char *paused = bb_test_media_path ("out-paused.mkv");
  g_autofree char *straight = bb_test_media_path ("out-straight.mkv");
  g_autofree char *expected = NULL;
  g_autofree char *sum = NULL;
  g_autoptr (BbRecipe) recipe = make_recipe ("ffv1", "");
  g_autoptr (BbRender) reference = bb_render_new (input, straight, recipe, FALSE);
  Pause pause = { 0 };
  BbRenderStats stats;
  gint64 start;
  gint64 held;
  GThread *thread;

  pause.render = bb_render_new (input, paused, recipe, FALSE);
  g_mutex_init (&pause.lock);
  g_cond_init (&pause.changed);
  bb_render_set_progress (pause.render, pause_cb, &pause);
  start = g_get_monotonic_time ();
  thread = g_thread_new ("render", run_cb, pause.render);
  g_mutex_lock (&pause.lock);
  while (pause.calls == 0)
    g_cond_wait (&pause.changed, &pause.lock);
  g_mutex_unlock (&pause.lock);
  /* Meanwhile another one renders the whole video. */
  held = g_get_monotonic_time ();
  run_cb (reference);
  held = g_get_monotonic_time () - held;
  bb_render_get_stats (pause.render, &stats);
  g_assert_cmpint (stats.frames, ==, pause.paused_at);
  g_assert_cmpint (stats.frames, <, 25);
  g_assert_cmpuint (pause.calls, ==, 1);
  g_assert_cmpuint (count_files ("out-paused.mkv"), ==, 2); /* hidden: the file, and its segments */
  bb_render_set_paused (pause.render, FALSE);
  g_thread_join (thread);
  bb_render_get_stats (pause.render, &stats);
  g_assert_cmpint (stats.frames, ==, 25);
  g_assert_cmpfloat (stats.seconds, >, 0);
  g_assert_cmpfloat (stats.seconds, <=, (double) (g_get_monotonic_time () - start - held) * 1e-6);
  bb_render_free (pause.render);
  g_mutex_clear (&pause.lock);
  g_cond_clear (&pause.changed);

  expected = checksum ("out-straight.mkv");
  sum = checksum ("out-paused.mkv");
  g_assert_cmpstr (sum, ==, expected);
}

/* Time at a closed gate is counted, and only that. */
static void
test_gate (void)
{
  g_autoptr (BbGate) gate = bb_gate_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gint64 times[4];
  double closed;

  bb_gate_pass (gate, cancellable);
  g_assert_cmpfloat (bb_gate_get_closed_seconds (gate), ==, 0);
  times[0] = g_get_monotonic_time ();
  bb_gate_set_closed (gate, TRUE);
  times[1] = g_get_monotonic_time ();
  while (g_get_monotonic_time () == times[1])
    ;
  bb_gate_set_closed (gate, TRUE);
  times[2] = g_get_monotonic_time ();
  bb_gate_set_closed (gate, FALSE);
  times[3] = g_get_monotonic_time ();
  closed = bb_gate_get_closed_seconds (gate);
  g_assert_cmpfloat (closed, >=, (double) (times[2] - times[1]) * 1e-6);
  g_assert_cmpfloat (closed, <=, (double) (times[3] - times[0]) * 1e-6);
  g_assert_cmpfloat (bb_gate_get_closed_seconds (gate), ==, closed);
  bb_gate_set_closed (gate, TRUE);
  g_cancellable_cancel (cancellable);
  bb_gate_pass (gate, cancellable);
  bb_gate_pass (NULL, NULL);
}

static void
wait_for_frames (Fixture *fixture, BbJob *job)
{
  BB_TEST_WAIT (!(bb_job_get_stats (job)->frames == 0 && !bb_job_is_over (job)));
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_RENDERING);
}

static gboolean
wake_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
spin (guint milliseconds)
{
  gboolean over = FALSE;

  g_timeout_add (milliseconds, wake_cb, &over);
  BB_TEST_WAIT (over);
}

static void
test_pause_queue (Fixture *fixture, gconstpointer data)
{
  BbJob *first = add (fixture, "long.mp4", "out-1.mkv", BB_JOB_NAME_CHOSEN);
  g_autofree char *expected = NULL;
  g_autofree char *sum = NULL;
  gint64 frames;

  add (fixture, "long.mp4", "out-2.mkv", BB_JOB_NAME_CHOSEN);
  wait_for_frames (fixture, first);
  bb_queue_set_paused (fixture->queue, TRUE);
  g_assert_cmpint (bb_job_get_state (first), ==, BB_JOB_PAUSED);
  g_assert_true (bb_queue_get_current (fixture->queue) == first);
  do
    {
      frames = bb_job_get_stats (first)->frames;
      spin (500);
    }
  while (frames != bb_job_get_stats (first)->frames);
  g_assert_cmpint (bb_job_get_state (first), ==, BB_JOB_PAUSED);
  g_assert_cmpint (frames, <, LONG_FRAMES);

  bb_queue_set_paused (fixture->queue, FALSE);
  g_assert_cmpint (bb_job_get_state (first), ==, BB_JOB_RENDERING);
  wait_for (fixture, 2);
  g_assert_cmpint (bb_job_get_state (first), ==, BB_JOB_DONE);
  g_assert_cmpint (bb_job_get_stats (first)->frames, ==, LONG_FRAMES);
  expected = checksum ("out-1.mkv");
  sum = checksum ("out-2.mkv");
  g_assert_cmpstr (sum, ==, expected);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  BbJob *first = add (fixture, "endless.mp4", "out-1.mp4", BB_JOB_NAME_CHOSEN);
  BbJob *held = add (fixture, "endless.mp4", "out-2.mp4", BB_JOB_NAME_CHOSEN);
  BbJob *last = add (fixture, "short.mp4", "out-3.mp4", BB_JOB_NAME_CHOSEN);

  wait_for_frames (fixture, first);
  g_assert_cmpuint (count_files ("out-1.mp4"), ==, 2); /* hidden: the file, and its segments */
  bb_queue_cancel (fixture->queue);
  bb_queue_cancel (fixture->queue);
  wait_for (fixture, 1);
  g_assert_cmpint (bb_job_get_state (first), ==, BB_JOB_CANCELLED);
  g_assert_null (bb_job_get_error (first));
  g_assert_cmpuint (count_files ("out-1.mp4"), ==, 0);

  wait_for_frames (fixture, held);
  bb_queue_set_paused (fixture->queue, TRUE);
  bb_queue_cancel (fixture->queue);
  wait_for (fixture, 2);
  g_assert_cmpint (bb_job_get_state (held), ==, BB_JOB_CANCELLED);
  g_assert_cmpuint (count_files ("out"), ==, 0);
  /* A queue that is held stays so while something waits. */
  spin (200);
  g_assert_true (bb_queue_get_paused (fixture->queue));
  g_assert_cmpint (bb_job_get_state (last), ==, BB_JOB_WAITING);

  bb_queue_set_paused (fixture->queue, FALSE);
  wait_for (fixture, 3);
  g_assert_cmpint (bb_job_get_state (last), ==, BB_JOB_DONE);
  g_assert_cmpuint (count_files ("out"), ==, 1);
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  BbJob *job = add (fixture, "endless.mp4", "out-1.mp4", BB_JOB_NAME_CHOSEN);
  BbJob *other = add (fixture, "short.mp4", "out-2.mp4", BB_JOB_NAME_CHOSEN);

  wait_for_frames (fixture, job);
  g_assert_true (bb_queue_stop (fixture->queue, 60000));
  g_assert_cmpuint (count_files ("out"), ==, 0);
  g_assert_true (bb_queue_stop (fixture->queue, 0));
  spin (100);
  g_assert_cmpint (bb_job_get_state (other), ==, BB_JOB_WAITING);
}

static void
test_remove (Fixture *fixture, gconstpointer data)
{
  BbJob *first = add (fixture, "endless.mp4", "out-1.mp4", BB_JOB_NAME_CHOSEN);
  BbJob *second = add (fixture, "short.mp4", "out-2.mp4", BB_JOB_NAME_CHOSEN);
  BbJob *third = add (fixture, "short.mp4", "out-3.mp4", BB_JOB_NAME_CHOSEN);

  wait_for_frames (fixture, first);
  g_assert_false (bb_queue_remove (fixture->queue, first));
  g_assert_true (bb_queue_remove (fixture->queue, second));
  g_assert_false (bb_queue_remove (fixture->queue, second));
  g_assert_cmpuint (bb_queue_get_n_waiting (fixture->queue), ==, 1);
  bb_queue_set_paused (fixture->queue, TRUE);
  g_assert_true (bb_queue_remove (fixture->queue, third));
  g_assert_true (bb_queue_get_paused (fixture->queue));
  bb_queue_cancel (fixture->queue);
  wait_for (fixture, 1);
  /* Held with nothing to hold: the next export would never begin. */
  g_assert_false (bb_queue_get_paused (fixture->queue));
  g_assert_cmpuint (count_files ("out"), ==, 0);
}

static void
write_file (const char *name, const char *text)
{
  g_autofree char *path = bb_test_media_path (name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
assert_refused (Fixture *fixture, const char *input, const char *output, BbJobName name, int code)
{
  g_autoptr (BbJob) job = make_job (input, output, name);
  g_autoptr (GError) error = NULL;

  g_assert_false (bb_queue_add (fixture->queue, job, &error));
  g_assert_error (error, BB_ERROR, code);
  g_assert_null (strchr (error->message, '%'));
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = bb_test_media_path ("");
  g_autofree char *input = bb_test_media_path ("short.mp4");
  g_autoptr (BbRecipe) recipe = make_recipe ("libx264", "ultrafast");
  g_autofree char *beside = NULL;
  g_autofree char *inside = NULL;
  BbJob *job[6];
  g_autofree char *text = NULL;
  g_autofree char *path = bb_test_media_path ("out-chosen.mp4");

  bb_queue_set_paused (fixture->queue, TRUE);
  beside = bb_queue_propose (fixture->queue, input, NULL, NULL, recipe, NULL);
  g_assert_true (g_str_has_suffix (beside, "/short-72x128.mp4"));

  write_file ("out-a.mp4", "somebody's");
  job[0] = add (fixture, "short.mp4", "out-a.mp4", BB_JOB_NAME_PROPOSED);
  assert_output (job[0], "out-a (2).mp4");
  job[1] = add (fixture, "short.mp4", "out-a.mp4", BB_JOB_NAME_PROPOSED);
  assert_output (job[1], "out-a (3).mp4");
  job[2] = add (fixture, "short.mp4", "out-a.mp4", BB_JOB_NAME_REPLACE);
  job[3] = add (fixture, "short.mp4", "out-chosen.mp4", BB_JOB_NAME_CHOSEN);
  job[4] = add (fixture, "late-input.mp4", "out-last.mp4", BB_JOB_NAME_CHOSEN);
  assert_refused (fixture, "short.mp4", "out-a.mp4", BB_JOB_NAME_REPLACE, BB_ERROR_EXISTS);
  assert_refused (fixture, "short.mp4", "./out-chosen.mp4", BB_JOB_NAME_CHOSEN, BB_ERROR_EXISTS);
  assert_refused (fixture, "short.mp4", "short.mp4", BB_JOB_NAME_REPLACE, BB_ERROR_OUTPUT);
  assert_refused (fixture, "long.mp4", "late-input.mp4", BB_JOB_NAME_REPLACE, BB_ERROR_OUTPUT);
  g_assert_true (bb_queue_remove (fixture->queue, job[4]));
  inside = bb_queue_propose (fixture->queue, input, folder, NULL, recipe, "mkv");
  g_assert_true (g_str_has_suffix (inside, "/short-72x128.mkv"));

  /* Files that appear while the jobs wait. */
  write_file ("out-a (2).mp4", "somebody's");
  write_file ("out-chosen.mp4", "somebody's");
  bb_queue_set_paused (fixture->queue, FALSE);
  wait_for (fixture, 4);
  g_assert_cmpint (bb_job_get_state (job[0]), ==, BB_JOB_DONE);
  assert_output (job[0], "out-a (4).mp4");
  g_assert_cmpint (bb_job_get_state (job[1]), ==, BB_JOB_DONE);
  assert_output (job[1], "out-a (3).mp4");
  g_assert_cmpint (bb_job_get_state (job[2]), ==, BB_JOB_DONE);
  assert_failed (job[3], BB_ERROR_EXISTS, "out-chosen.mp4");
  g_file_get_contents (path, &text, NULL, NULL);
  g_assert_cmpstr (text, ==, "somebody's");
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (bb_test_ffprobe_count (g_file_peek_path (bb_job_get_output (job[i]))), ==, 25);
}

/* A file that appears while a job renders. */
static void
test_name_taken (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = bb_test_media_path ("out-late.mp4");
  g_autofree char *text = NULL;
  BbJob *job = make_job ("long.mp4", "out-late.mp4", BB_JOB_NAME_CHOSEN);

  g_ptr_array_add (fixture->made, job);
  g_assert_true (bb_queue_add (fixture->queue, job, NULL));
  BB_TEST_WAIT (bb_queue_get_current (fixture->queue) != NULL);
  bb_queue_set_paused (fixture->queue, TRUE);
  BB_TEST_POLL (count_files ("out-late.mp4") > 0); /* the hidden one */
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  write_file ("out-late.mp4", "somebody's");
  bb_queue_set_paused (fixture->queue, FALSE);
  wait_for (fixture, 1);
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_DONE);
  g_file_get_contents (path, &text, NULL, NULL);
  g_assert_cmpstr (text, ==, "somebody's");
  assert_output (job, "out-late (2).mp4");
  g_assert_cmpint (bb_test_ffprobe_count (g_file_peek_path (bb_job_get_output (job))), ==,
                   bb_job_get_stats (job)->frames);
  g_assert_cmpuint (g_strv_length ((GStrv) bb_job_get_notices (job)), ==, 1);
  g_assert_nonnull (strstr (bb_job_get_notices (job)[0], "out-late (2).mp4"));
}

/* A source that breaks off: the file is there, and a notice says how much of how much it is. */
static void
test_breaks_off (Fixture *fixture, gconstpointer data)
{
  g_autofree char *whole =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=64x64:r=25:d=2 -c:v libx264 -bf 0 -g 5 "
                    "-movflags +faststart whole.mp4");
  g_autofree char *path = bb_test_media_path ("whole.mp4");
  g_autofree char *cut = bb_test_media_path ("cut.mp4");
  g_autofree char *contents = NULL;
  g_autofree char *notices = NULL;
  gsize size;
  BbJob *job = make_job ("cut.mp4", "out-cut.mp4", BB_JOB_NAME_CHOSEN);

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  g_assert_true (g_file_set_contents (cut, contents, (gssize) (size * 6 / 10), NULL));
  g_ptr_array_add (fixture->made, job);
  g_assert_true (bb_queue_add (fixture->queue, job, NULL));
  wait_for (fixture, 1);
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_DONE);
  g_assert_nonnull (bb_job_get_notices (job));
  notices = g_strjoinv ("\n", (GStrv) bb_job_get_notices (job));
  g_assert_nonnull (strstr (notices, "of 2.000 s"));
}

typedef struct {
  double last;
  guint calls;
  gint64 last_frames;
} Watch;

static void
fraction_cb (BbJob *job, GParamSpec *pspec, Watch *watch)
{
  double fraction = bb_job_get_fraction (job);

  /* Below 0 until the source is open: that is said to be unknown, not less than before. */
  g_assert_cmpfloat (fraction, >=, watch->last < 0 ? -1 : watch->last);
  g_assert_cmpfloat (fraction, <=, 1);
  g_assert_cmpint (bb_job_get_stats (job)->frames, >=, watch->last_frames);
  watch->last = MAX (fraction, watch->last);
  watch->last_frames = bb_job_get_stats (job)->frames;
  watch->calls++;
}

static void
test_progress (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BbJob) job = make_job ("long.mp4", "out-1.mp4", BB_JOB_NAME_CHOSEN);
  g_autoptr (GError) error = NULL;
  Watch watch = { .last = -1 };

  g_assert_cmpfloat (bb_job_get_fraction (job), ==, 0);
  g_signal_connect (job, "notify::fraction", G_CALLBACK (fraction_cb), &watch);
  g_assert_true (bb_queue_add (fixture->queue, job, &error));
  wait_for (fixture, 1);
  g_assert_cmpfloat (watch.last, ==, 1);
  g_assert_cmpint (watch.last_frames, ==, LONG_FRAMES);
  g_assert_cmpint (bb_job_get_stats (job)->total_frames, ==, LONG_FRAMES);
  g_assert_cmpint (bb_job_get_stats (job)->batches, ==, (LONG_FRAMES + 3) / 4);
  g_assert_cmpstr (bb_job_get_stats (job)->encoder, ==, "libx264");
  g_assert_cmpuint (watch.calls, >=, 2);
  g_signal_handlers_disconnect_by_data (job, &watch);
}

static void
add_tests (void)
{
  g_free (bb_test_ffmpeg (
    "-f lavfi -i testsrc2=size=128x72:rate=25:duration=1 "
    "-f lavfi -i sine=duration=1 -c:v libx264 -preset ultrafast -c:a aac short.mp4"));
  g_free (bb_test_ffmpeg ("-f lavfi -i testsrc2=size=128x72:rate=25:duration=%d "
                          "-c:v libx264 -preset ultrafast long.mp4",
                          LONG_FRAMES / 25));
  g_free (bb_test_ffmpeg ("-stream_loop 24 -i long.mp4 -c copy endless.mp4"));
  write_file ("broken.mp4", "This is no video.");

#define ADD(name, func) g_test_add ("/queue/" name, Fixture, NULL, set_up, func, tear_down)
  g_test_add_func ("/queue/gate", test_gate);
  ADD ("no-name", test_no_name);
  ADD ("order", test_order);
  ADD ("reorder", test_reorder);
  ADD ("failure", test_failure);
  ADD ("pause", test_pause);
  ADD ("pause-queue", test_pause_queue);
  ADD ("cancel", test_cancel);
  ADD ("stop", test_stop);
  ADD ("remove", test_remove);
  ADD ("names", test_names);
  ADD ("name-taken", test_name_taken);
  ADD ("breaks-off", test_breaks_off);
  ADD ("progress", test_progress);
}

int
main (int argc, char **argv)
{
  return bb_test_media_run (argc, argv, add_tests);
}
