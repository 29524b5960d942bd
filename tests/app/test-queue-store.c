/* test-queue-store.c: the queue on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"
#include "bb-queue-store.h"
#include "bb-test-media.h"
#include "bb-test-wait.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* A session: a queue, and what keeps it. */
typedef struct {
  BbQueueStore *store;
  BbQueue *queue;
  GPtrArray *jobs; /* that were left by the one before */
} Session;

static char *folder;

static char *
get_path (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
empty_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = get_path (name);

      if (g_unlink (path) != 0)
        g_assert_no_errno (g_rmdir (path));
    }
}

static void
begin (Session *session)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  session->store = bb_queue_store_new (file);
  session->queue = bb_queue_new ();
  session->jobs = bb_queue_store_get_jobs (session->store);
  bb_queue_restore (session->queue, session->jobs);
  bb_queue_store_watch (session->store, session->queue);
}

/* As where the program is killed: nothing is told to the store. */
static void
end (Session *session)
{
  g_signal_handlers_disconnect_by_data (session->queue, session->store);
  g_object_add_weak_pointer (G_OBJECT (session->store), (gpointer *) &session->store);
  g_object_unref (session->store);
  /* A thread that writes has it for a moment. */
  BB_TEST_POLL (session->store == NULL);
  bb_queue_stop (session->queue, 60000);
  g_clear_pointer (&session->jobs, g_ptr_array_unref);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_finalize_object (session->queue);
}

static BbRecipe *
make_recipe (int width)
{
  BbRecipeValues values;
  g_autoptr (GError) error = NULL;
  BbRecipe *recipe;

  bb_recipe_values_init (&values);
  values.width = width;
  values.height = 128;
  values.batch = 4;
  values.device = "cpu";
  values.encoder = "libx264";
  values.preset = "ultrafast";
  recipe = bb_recipe_new (&values, &error);
  g_assert_no_error (error);
  return recipe;
}

static BbJob *
add (Session *session, const char *input, const char *output, int width, BbJobName name)
{
  g_autofree char *input_path = bb_test_media_path (input);
  g_autofree char *output_path = bb_test_media_path (output);
  g_autoptr (GFile) input_file = g_file_new_for_path (input_path);
  g_autoptr (GFile) output_file = g_file_new_for_path (output_path);
  g_autoptr (BbRecipe) recipe = make_recipe (width);
  g_autoptr (BbJob) job = bb_job_new (input_file, output_file, recipe, name);
  g_autoptr (GError) error = NULL;

  bb_queue_add (session->queue, job, &error);
  g_assert_no_error (error);
  return job;
}

/* Returns: (nullable): what is on the disk, as any program would read it */
static GKeyFile *
read_file (const char *name)
{
  g_autofree char *path = get_path (name);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  return g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL) ? g_steal_pointer (&file)
                                                                       : NULL;
}

static int
count_kept (void)
{
  g_autoptr (GKeyFile) file = read_file ("queue.ini");

  return file != NULL ? g_key_file_get_integer (file, "queue", "jobs", NULL) : 0;
}

/* Whether the jobs in the file make files of these names, in this order. */
static gboolean
keeps (const char *names)
{
  g_autoptr (GKeyFile) file = read_file ("queue.ini");
  g_autoptr (GString) found = g_string_new (NULL);

  for (int i = 1; i <= count_kept (); i++)
    {
      g_autofree char *group = g_strdup_printf ("job %d", i);
      g_autofree char *uri = g_key_file_get_string (file, group, "output", NULL);

      g_string_append_printf (found, "%s ", uri != NULL ? strrchr (uri, '/') + 1 : "?");
    }
  return g_str_equal (found->str, names);
}

static char *
list_names (GPtrArray *jobs)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < jobs->len; i++)
    {
      g_autofree char *name = bb_job_get_output_name (jobs->pdata[i]);

      g_string_append_printf (names, "%s ", name);
    }
  return g_string_free (names, FALSE);
}

static void
assert_names (GPtrArray *jobs, const char *wanted)
{
  g_autofree char *names = list_names (jobs);

  g_assert_cmpstr (names, ==, wanted);
}

static guint64
get_inode (const char *name)
{
  g_autofree char *path = get_path (name);
  GStatBuf info;

  g_assert_no_errno (g_stat (path, &info));
  return info.st_ino;
}

/* All of a job comes back, in its order, the one that ran first, and nothing goes on by itself. */
static void
test_kept (void)
{
  Session session;
  g_autofree char *path = get_path ("queue.ini");
  g_autoptr (GKeyFile) file = NULL;
  g_autoptr (BbRecipe) recipe = make_recipe (74);
  BbJob *running, *last;
  GStatBuf info;
  guint64 inode;

  begin (&session);
  g_assert_cmpuint (session.jobs->len, ==, 0);
  running = add (&session, "endless.mp4", "out-1.mp4", 72, BB_JOB_NAME_PROPOSED);
  add (&session, "endless.mp4", "out-1.mp4", 74, BB_JOB_NAME_PROPOSED);
  add (&session, "short.mp4", "out ü;3.mp4", 72, BB_JOB_NAME_REPLACE);
  last = add (&session, "short.mp4", "out-4.mp4", 72, BB_JOB_NAME_CHOSEN);
  BB_TEST_WAIT (bb_job_get_stats (running)->frames > 0);
  g_assert_true (bb_queue_move (session.queue, last, -1));
  BB_TEST_POLL (keeps ("out-1.mp4 out-1%20(2).mp4 out-4.mp4 out%20%C3%BC%3B3.mp4 "));
  file = read_file ("queue.ini");
  g_assert_true (g_key_file_get_boolean (file, "job 1", "begun", NULL));
  g_assert_false (g_key_file_get_boolean (file, "job 2", "begun", NULL));
  g_assert_no_errno (g_stat (path, &info));
  g_assert_cmphex (info.st_mode & 0777, ==, 0600);

  /* Progress is not written. */
  inode = get_inode ("queue.ini");
  BB_TEST_WAIT (bb_job_get_stats (running)->frames > 100);
  g_assert_cmpuint (get_inode ("queue.ini"), ==, inode);
  end (&session);

  begin (&session);
  assert_names (session.jobs, "out-1.mp4 out-1 (2).mp4 out-4.mp4 out ü;3.mp4 ");
  for (guint i = 0; i < session.jobs->len; i++)
    g_assert_cmpint (bb_job_get_state (session.jobs->pdata[i]), ==, BB_JOB_STOPPED);
  g_assert_true (bb_recipe_equal (bb_job_get_recipe (session.jobs->pdata[1]), recipe));
  g_assert_cmpint (bb_job_get_name (session.jobs->pdata[0]), ==, BB_JOB_NAME_PROPOSED);
  g_assert_cmpint (bb_job_get_name (session.jobs->pdata[2]), ==, BB_JOB_NAME_CHOSEN);
  g_assert_cmpint (bb_job_get_name (session.jobs->pdata[3]), ==, BB_JOB_NAME_REPLACE);
  g_assert_null (bb_queue_get_current (session.queue));

  end (&session);
}

/* What has begun keeps its name, which its segments have, also where a better one is free now. */
static void
test_name_kept (void)
{
  Session session;
  BbJob *other, *begun;

  begin (&session);
  bb_queue_set_paused (session.queue, TRUE);
  other = add (&session, "short.mp4", "out-1.mp4", 72, BB_JOB_NAME_PROPOSED);
  begun = add (&session, "endless.mp4", "out-1.mp4", 72, BB_JOB_NAME_PROPOSED);
  g_assert_true (bb_queue_move (session.queue, begun, -1));
  bb_queue_set_paused (session.queue, FALSE);
  BB_TEST_WAIT (bb_job_get_stats (begun)->frames > 0);
  g_assert_cmpint (bb_job_get_state (other), ==, BB_JOB_WAITING);
  bb_queue_store_close (session.store);
  end (&session);

  begin (&session);
  begun = session.jobs->pdata[0];
  g_assert_true (bb_queue_remove (session.queue, session.jobs->pdata[1]));
  bb_queue_go_on (session.queue, begun);
  BB_TEST_WAIT (bb_job_get_stats (begun)->frames > 0);
  BB_TEST_POLL (keeps ("out-1%20(2).mp4 "));
  end (&session);
}

/* The one that runs is the first one next time, whatever is before it in the list. */
static void
test_first (void)
{
  Session session;

  begin (&session);
  bb_queue_set_paused (session.queue, TRUE);
  add (&session, "short.mp4", "out-1.mp4", 72, BB_JOB_NAME_CHOSEN);
  add (&session, "endless.mp4", "out-2.mp4", 72, BB_JOB_NAME_CHOSEN);
  bb_queue_store_close (session.store);
  end (&session);

  begin (&session);
  assert_names (session.jobs, "out-1.mp4 out-2.mp4 ");
  bb_queue_go_on (session.queue, session.jobs->pdata[1]);
  BB_TEST_POLL (keeps ("out-2.mp4 out-1.mp4 "));
  end (&session);
}

/* What a program that quits does with its queue is not what its user wished. */
static void
test_closed (void)
{
  Session session;
  BbJob *running;

  begin (&session);
  running = add (&session, "endless.mp4", "out-1.mp4", 72, BB_JOB_NAME_CHOSEN);
  add (&session, "short.mp4", "out-2.mp4", 72, BB_JOB_NAME_CHOSEN);
  BB_TEST_WAIT (bb_job_get_stats (running)->frames > 0);
  bb_queue_store_close (session.store);
  g_assert_true (keeps ("out-1.mp4 out-2.mp4 "));
  bb_queue_stop (session.queue, 60000);
  BB_TEST_WAIT (bb_job_is_over (running));
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  end (&session);
  g_assert_true (keeps ("out-1.mp4 out-2.mp4 "));

  /* What is over is not kept. */
  begin (&session);
  bb_queue_remove (session.queue, session.jobs->pdata[0]);
  bb_queue_go_on (session.queue, session.jobs->pdata[1]);
  BB_TEST_WAIT (bb_job_get_state (session.jobs->pdata[1]) == BB_JOB_DONE);
  BB_TEST_POLL (keeps (""));
  end (&session);
}

static void
write_clip (const char *name, int seconds)
{
  g_free (bb_test_ffmpeg ("-y -f lavfi -i testsrc2=size=64x36:rate=25:duration=%d -c:v libx264 "
                          "-preset ultrafast %s",
                          seconds, name));
}

static void
assert_failed (BbJob *job, int code, const char *name)
{
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_FAILED);
  g_assert_error (bb_job_get_error (job), BB_ERROR, code);
  g_assert_nonnull (strstr (bb_job_get_error (job)->message, name));
}

/* A job whose source or folder is not what it was fails by its name, and the others go on. */
static void
test_go_on (void)
{
  Session session;
  g_autofree char *gone = bb_test_media_path ("gone.mp4");
  g_autofree char *place = bb_test_media_path ("place");
  g_autofree char *made = bb_test_media_path ("out-4.mp4");
  g_autoptr (GError) error = NULL;

  write_clip ("gone.mp4", 1);
  write_clip ("changed.mp4", 1);
  g_assert_no_errno (g_mkdir (place, 0700));
  begin (&session);
  bb_queue_set_paused (session.queue, TRUE);
  add (&session, "gone.mp4", "out-1.mp4", 72, BB_JOB_NAME_CHOSEN);
  add (&session, "changed.mp4", "out-2.mp4", 72, BB_JOB_NAME_CHOSEN);
  add (&session, "short.mp4", "place/out-3.mp4", 72, BB_JOB_NAME_CHOSEN);
  add (&session, "short.mp4", "out-4.mp4", 72, BB_JOB_NAME_CHOSEN);
  bb_queue_store_close (session.store);
  end (&session);

  g_assert_no_errno (g_unlink (gone));
  write_clip ("changed.mp4", 2);
  g_assert_no_errno (g_rmdir (place));
  begin (&session);
  for (guint i = 0; i < session.jobs->len; i++)
    bb_queue_go_on (session.queue, session.jobs->pdata[i]);
  BB_TEST_WAIT (bb_job_is_over (session.jobs->pdata[3]));
  assert_failed (session.jobs->pdata[0], BB_ERROR_INPUT, "gone.mp4");
  assert_failed (session.jobs->pdata[1], BB_ERROR_INPUT, "changed.mp4");
  assert_failed (session.jobs->pdata[2], BB_ERROR_OUTPUT, "out-3.mp4");
  g_assert_cmpint (bb_job_get_state (session.jobs->pdata[3]), ==, BB_JOB_DONE);
  g_assert_cmpint (bb_test_ffprobe_count (made), ==, 25);

  /* Who has been told may want it all the same. */
  g_assert_true (bb_queue_retry (session.queue, session.jobs->pdata[1], &error));
  BB_TEST_WAIT (bb_job_get_state (session.jobs->pdata[1]) == BB_JOB_DONE);
  end (&session);
}

static char *
make_segments (const char *name)
{
  g_autofree char *segment = g_strdup_printf (
    "%s/000000-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.nut", name);
  g_autofree char *path = bb_test_media_path (segment);
  char *made = bb_test_media_path (name);

  g_assert_no_errno (g_mkdir (made, 0700));
  g_assert_true (g_file_set_contents (path, "segment", -1, NULL));
  return made;
}

static gboolean
has_segment (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".nut"))
      return TRUE;
  return FALSE;
}

/* What is done of a job goes with it where its user removes it, and stays where the program ends. */
static void
test_discarded (void)
{
  Session session;
  g_autofree char *first = bb_test_media_path (".out-1.mp4.blurbox");
  g_autofree char *second = make_segments (".out-2.mp4.blurbox");
  g_autofree char *third = bb_test_media_path (".out-3.mp4.blurbox");
  BbJob *running;

  begin (&session);
  running = add (&session, "endless.mp4", "out-1.mp4", 72, BB_JOB_NAME_CHOSEN);
  add (&session, "short.mp4", "out-2.mp4", 72, BB_JOB_NAME_CHOSEN);
  /* The first one is whole. */
  BB_TEST_POLL (has_segment (first));
  g_assert_true (bb_job_is_running (running));
  bb_queue_store_close (session.store);
  end (&session);
  g_assert_true (has_segment (first));

  begin (&session);
  /* Of what has never begun nothing is this queue's. */
  bb_queue_remove (session.queue, session.jobs->pdata[1]);
  bb_queue_remove (session.queue, session.jobs->pdata[0]);
  BB_TEST_POLL (!g_file_test (first, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (second, G_FILE_TEST_IS_DIR));

  running = add (&session, "endless.mp4", "out-3.mp4", 72, BB_JOB_NAME_CHOSEN);
  BB_TEST_POLL (has_segment (third));
  bb_queue_cancel (session.queue);
  BB_TEST_WAIT (bb_job_get_state (running) == BB_JOB_CANCELLED);
  BB_TEST_POLL (!g_file_test (third, G_FILE_TEST_EXISTS));
  end (&session);
}

/* Returns: a file with three jobs, as it is written */
static char *
make_file (gsize *length)
{
  Session session;
  g_autofree char *path = get_path ("queue.ini");
  char *text;

  empty_folder ();
  begin (&session);
  bb_queue_set_paused (session.queue, TRUE);
  add (&session, "short.mp4", "out-1.mp4", 72, BB_JOB_NAME_CHOSEN);
  add (&session, "short.mp4", "out-2.mp4", 72, BB_JOB_NAME_CHOSEN);
  add (&session, "short.mp4", "out-3.mp4", 72, BB_JOB_NAME_CHOSEN);
  bb_queue_store_close (session.store);
  end (&session);
  g_assert_true (g_file_get_contents (path, &text, length, NULL));
  return text;
}

/* Takes @text over. */
static void
check_damaged (char *text, gsize length, const char *names, const char *suffix)
{
  g_autofree char *path = get_path ("queue.ini");
  g_autofree char *aside = g_strconcat (path, suffix, NULL);
  g_autofree char *kept = NULL;
  g_autofree char *found = NULL;
  gsize kept_length = 0;
  Session session;

  g_assert_true (g_file_set_contents (path, text, (gssize) length, NULL));
  begin (&session);
  found = list_names (session.jobs);
  g_assert_cmpstr (found, ==, names);
  g_assert_nonnull (bb_queue_store_get_notice (session.store));
  g_assert_nonnull (strstr (bb_queue_store_get_notice (session.store), aside));
  g_assert_true (g_file_get_contents (aside, &kept, &kept_length, NULL));
  g_assert_cmpmem (kept, kept_length, text, length);
  BB_TEST_POLL (count_kept () == (int) session.jobs->len);
  end (&session);

  /* It is said once. */
  begin (&session);
  g_assert_null (bb_queue_store_get_notice (session.store));
  end (&session);
  g_free (text);
}

static char *
replace (char *text, const char *from, const char *to)
{
  g_autofree char *old = text;
  GString *changed = g_string_new (text);

  g_assert_cmpuint (g_string_replace (changed, from, to, 1), ==, 1);
  return g_string_free (changed, FALSE);
}

/* Of a damaged file what is whole is used, and all of it is kept. */
static void
test_damaged (void)
{
  gsize length;
  char *text = make_file (&length);

  check_damaged (replace (text, "/out-2.mp4\nname", "/aut-2.mp4\nname"), length,
                 "out-1.mp4 out-3.mp4 ", ".damaged");
  text = make_file (&length);
  check_damaged (text, (gsize) (strstr (text, "out-3.mp4") - text), "out-1.mp4 out-2.mp4 ",
                 ".damaged");
  text = make_file (&length);
  memset (strstr (text, "[job 2]"), 0, 100);
  check_damaged (text, length, "out-1.mp4 out-3.mp4 ", ".damaged");
  text = make_file (&length);
  memset (text, '[', length);
  check_damaged (text, length, "", ".damaged");
  g_free (make_file (&length));
  check_damaged (g_strdup (""), 0, "", ".damaged");
  /* A whole job is missing. */
  text = make_file (&length);
  memmove (strstr (text, "[job 2]"), strstr (text, "[job 3]"),
           strlen (strstr (text, "[job 3]")) + 1);
  check_damaged (text, strlen (text), "out-1.mp4 out-3.mp4 ", ".damaged");
}

static void
test_newer (void)
{
  gsize length;
  g_autofree char *plain = make_file (&length);
  g_autofree char *lines = g_strdup ("version=2\njobs=3\n");
  g_autofree char *whole = g_strconcat ("[queue]\n", lines, NULL);
  g_autofree char *checksum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);
  g_autofree char *group = g_strdup_printf ("[queue]\n%schecksum=%s\n\n", lines, checksum);
  char *text = g_strconcat (group, strstr (plain, "[job 1]"), NULL);

  check_damaged (text, strlen (text), "out-1.mp4 out-2.mp4 out-3.mp4 ", ".newer");
}

/* Programs that run beside each other do not write over each other's exports. */
static void
test_beside (void)
{
  Session first, second, third;
  g_autofree char *other = get_path ("queue-2.ini");

  begin (&first);
  bb_queue_set_paused (first.queue, TRUE);
  add (&first, "short.mp4", "out-1.mp4", 72, BB_JOB_NAME_CHOSEN);
  begin (&second);
  g_assert_cmpuint (second.jobs->len, ==, 0);
  bb_queue_set_paused (second.queue, TRUE);
  add (&second, "short.mp4", "out-2.mp4", 72, BB_JOB_NAME_CHOSEN);
  bb_queue_store_close (first.store);
  bb_queue_store_close (second.store);
  g_assert_true (keeps ("out-1.mp4 "));
  g_assert_true (g_file_test (other, G_FILE_TEST_EXISTS));
  end (&second);
  end (&first);

  begin (&third);
  assert_names (third.jobs, "out-1.mp4 out-2.mp4 ");
  BB_TEST_POLL (!g_file_test (other, G_FILE_TEST_EXISTS));
  g_assert_true (keeps ("out-1.mp4 out-2.mp4 "));
  end (&third);
}

static void
problem_cb (BbQueueStore *store, const char *problem, guint *n)
{
  g_assert_null (strchr (problem, '%'));
  (*n)++;
}

/* That exports cannot be kept is said, once. */
static void
test_unwritable (void)
{
  Session session;
  g_autofree char *whole = g_steal_pointer (&folder);
  guint n = 0;

  folder = bb_test_media_path ("short.mp4");
  begin (&session);
  g_signal_connect (session.store, "problem", G_CALLBACK (problem_cb), &n);
  bb_queue_set_paused (session.queue, TRUE);
  add (&session, "short.mp4", "out-1.mp4", 72, BB_JOB_NAME_CHOSEN);
  BB_TEST_WAIT (n == 1);
  add (&session, "short.mp4", "out-2.mp4", 72, BB_JOB_NAME_CHOSEN);
  end (&session);
  g_assert_cmpuint (n, ==, 1);
  g_free (folder);
  folder = g_steal_pointer (&whole);
}

/* The folders that exports went to are kept, the newest first, also when there are no exports. */
static void
test_folders (void)
{
  Session session;
  g_autofree char *place = bb_test_media_path ("a b");
  g_autofree char *place_uri = g_filename_to_uri (place, NULL, NULL);
  g_autofree char *base = bb_test_media_path ("");
  g_autoptr (GFile) base_file = g_file_new_for_path (base);
  g_autofree char *base_uri = g_file_get_uri (base_file);
  g_auto (GStrv) folders = NULL;
  BbJob *job;

  g_mkdir (place, 0700);
  begin (&session);
  add (&session, "short.mp4", "out-1.mp4", 72, BB_JOB_NAME_REPLACE);
  add (&session, "short.mp4", "out-2.mp4", 72, BB_JOB_NAME_REPLACE);
  job = add (&session, "short.mp4", "a b/out-3.mp4", 72, BB_JOB_NAME_REPLACE);
  BB_TEST_WAIT (bb_job_get_state (job) == BB_JOB_DONE);
  bb_queue_store_close (session.store);
  end (&session);

  begin (&session);
  folders = bb_queue_store_get_folders (session.store);
  g_assert_cmpstrv (folders, ((const char *[]) { place_uri, base_uri, NULL }));
  end (&session);
}

/* What was being written when a program was killed, the list or a plan, is nobody's afterwards. */
static void
test_traces (void)
{
  Session session;
  g_autofree char *own = get_path ("queue.ini.A1B2C3");
  g_autofree char *other = get_path ("queue.ini.my-copy");
  g_autofree char *segments = make_segments (".out-1.mp4.blurbox");
  g_autofree char *plan = g_build_filename (segments, "render.ini.A1B2C3", NULL);
  BbJob *job;

  g_assert_true (g_file_set_contents (plan, "[ren", -1, NULL));
  g_assert_true (g_file_set_contents (own, "[que", -1, NULL));
  g_assert_true (g_file_set_contents (other, "[que", -1, NULL));
  begin (&session);
  g_assert_false (g_file_test (own, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (other, G_FILE_TEST_EXISTS));
  job = add (&session, "short.mp4", "out-1.mp4", 72, BB_JOB_NAME_CHOSEN);
  BB_TEST_WAIT (bb_job_get_state (job) == BB_JOB_DONE);
  g_assert_false (g_file_test (segments, G_FILE_TEST_EXISTS));
  end (&session);
}

static void
set_up_test (gpointer *fixture, gconstpointer data)
{
  g_mkdir_with_parents (folder, 0700);
  empty_folder ();
}

static void
run_test (gpointer *fixture, gconstpointer data)
{
  ((void (*) (void)) data) ();
}

static void
tear_down_test (gpointer *fixture, gconstpointer data)
{
  g_autofree char *base = bb_test_media_path ("");
  g_autoptr (GDir) dir = g_dir_open (base, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "out"))
      {
        g_autofree char *path = g_build_filename (base, name, NULL);

        g_unlink (path);
      }
}

static void
add_tests (void)
{
  folder = bb_test_media_path ("data");
  write_clip ("short.mp4", 1);
  g_free (bb_test_ffmpeg ("-stream_loop 2000 -i short.mp4 -c copy endless.mp4"));

#define ADD(name, func)                                                                            \
  g_test_add ("/queue-store/" name, gpointer, func, set_up_test, run_test, tear_down_test)
  ADD ("kept", test_kept);
  ADD ("name-kept", test_name_kept);
  ADD ("first", test_first);
  ADD ("closed", test_closed);
  ADD ("go-on", test_go_on);
  ADD ("discarded", test_discarded);
  ADD ("damaged", test_damaged);
  ADD ("newer", test_newer);
  ADD ("beside", test_beside);
  ADD ("unwritable", test_unwritable);
  ADD ("folders", test_folders);
  ADD ("traces", test_traces);
}

int
main (int argc, char **argv)
{
  int result = bb_test_media_run (argc, argv, add_tests);

  g_free (folder);
  return result;
}
