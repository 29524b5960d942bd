/* bb-session.c: the project that is worked on, on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-session.h"

#include "bb-key-group.h"
#include "bb-state-file.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

/* What changes faster is written together: far below what anybody minds to lose. */
#define SAVE_MS 250
/* What is not gone on with when something else is begun. */
#define BEFORE ".previous"

/**
 * BbSession:
 *
 * Keeps a project in `session.blurbox`, from each change on, so that it outlives the program however that
 * ends, and gives back what the last one left. What is left is kept until it is gone on with or removed:
 * where another project is begun meanwhile, as `session.blurbox.previous`.
 *
 * Signals: `problem`, a sentence for the user, when it cannot be written.
 */
struct _BbSession {
  GObject parent_instance;

  BbStateFile *file;
  BbProjectFile *left;
  char *left_path; /* of @left; NULL where it was taken or removed */
  gboolean killed;
  char *notice;

  BbProject *project;
  guint timeout;
  char *newest; /* what was last given to be written */
  gboolean failing;
  gboolean closed;
};

enum { PROBLEM, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BbSession, bb_session, G_TYPE_OBJECT)

static char *
format_problem (const GError *error)
{
  /* Translators: the system's reason */
  return g_strdup_printf (_ ("What you do cannot be kept for the next start: %s"), error->message);
}

/* Said once, until it can be written again. */
static void
written_cb (BbSession *self, const GError *error)
{
  if (error != NULL && !self->failing)
    {
      g_autofree char *problem = format_problem (error);

      g_signal_emit (self, signals[PROBLEM], 0, problem);
    }
  self->failing = error != NULL;
}

static void
set_notice (BbSession *self, const char *path, const char *format)
{
  g_autofree char *kept = bb_state_file_set_aside (path, "damaged");
  g_autofree char *shown = g_filename_display_name (kept);
  g_autoptr (GString) notice = g_string_new (format);

  g_string_replace (notice, "%s", shown, 1);
  g_free (self->notice);
  self->notice = g_string_free (g_steal_pointer (&notice), FALSE);
}

static gboolean
ended_cb (GKeyFile *file, const char *group, gpointer user_data)
{
  if (g_str_equal (group, "session"))
    *(gboolean *) user_data = TRUE;
  return TRUE;
}

/* Reads what is there. %FALSE where there is nothing. */
static gboolean
load (BbSession *self, const char *path)
{
  g_autofree char *data = NULL;
  gsize length = 0;
  g_autoptr (GError) error = NULL;
  gboolean ended = FALSE;

  if (!bb_state_file_read (path, &data, &length, &error) && error == NULL)
    return FALSE;
  if (error == NULL)
    {
      self->left = bb_project_file_parse (data, length, NULL, path, &error);
      bb_key_groups_parse (data, length, ended_cb, &ended);
    }
  self->killed = !ended;
  if (self->left != NULL && self->left->damaged)
    set_notice (self, path,
                /* Translators: name of a file */
                _ ("What was kept of the last session is damaged. What is whole of it is used, and "
                   "the file is kept as “%s”."));
  else if (self->left == NULL)
    set_notice (self, path,
                /* Translators: name of a file */
                _ ("What was kept of the last session cannot be read. The file is kept as “%s”."));
  if (self->left != NULL && self->left->state->clips->len == 0)
    g_clear_pointer (&self->left, bb_project_file_free);
  if (self->left != NULL)
    self->left_path = g_strdup (path);
  return TRUE;
}

/* Something else is begun. */
static void
keep_left (BbSession *self)
{
  g_autofree char *before = NULL;

  if (self->left_path == NULL)
    return;
  before = g_strconcat (bb_state_file_get_path (self->file), BEFORE, NULL);
  g_rename (self->left_path, before);
  g_clear_pointer (&self->left_path, g_free);
  g_clear_pointer (&self->left, bb_project_file_free);
}

/* Returns: (nullable): the project as it is now, where that is not what was given to be written last */
static char *
get_version (BbSession *self, gboolean again, gboolean ended)
{
  g_autofree char *data = bb_project_file_format (self->project, NULL);

  if (ended)
    {
      g_autoptr (GKeyFile) file = g_key_file_new ();
      g_autofree char *last = NULL;
      char *whole;

      g_key_file_set_boolean (file, "session", "ended", TRUE);
      bb_key_group_close (file, "session");
      last = g_key_file_to_data (file, NULL, NULL);
      whole = g_strconcat (data, "\n", last, NULL);
      g_free (data);
      data = whole;
    }
  if (g_strcmp0 (data, self->newest) == 0 && !again)
    return NULL;
  g_set_str (&self->newest, data);
  return g_steal_pointer (&data);
}

/* A window without videos keeps what was left. */
static gboolean
has_begun (BbSession *self)
{
  return self->newest != NULL || g_list_model_get_n_items (G_LIST_MODEL (self->project)) > 0;
}

static gboolean
save_cb (gpointer user_data)
{
  BbSession *self = BB_SESSION (user_data);
  char *data;

  self->timeout = 0;
  if (!has_begun (self))
    return G_SOURCE_REMOVE;
  keep_left (self);
  data = get_version (self, self->failing, FALSE);
  if (data != NULL)
    bb_state_file_write (self->file, data);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (BbSession *self)
{
  if (self->timeout == 0 && !self->closed && bb_state_file_get_path (self->file) != NULL)
    self->timeout = g_timeout_add (SAVE_MS, save_cb, self);
}

static void
bb_session_finalize (GObject *object)
{
  BbSession *self = BB_SESSION (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_object (&self->file);
  g_clear_object (&self->project);
  g_clear_pointer (&self->left, bb_project_file_free);
  g_free (self->left_path);
  g_free (self->notice);
  g_free (self->newest);

  G_OBJECT_CLASS (bb_session_parent_class)->finalize (object);
}

static void
bb_session_class_init (BbSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bb_session_finalize;

  signals[PROBLEM] = g_signal_new ("problem", BB_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
bb_session_init (BbSession *self)
{
}

/**
 * bb_session_new:
 * @folder: a folder of the user's that need not be there yet
 *
 * Reads what the last session left. A file that is damaged is set aside, what is whole of it used, and
 * a notice says so.
 *
 * Returns: (transfer full): a session
 */
BbSession *
bb_session_new (GFile *folder)
{
  BbSession *self = g_object_new (BB_TYPE_SESSION, NULL);
  const GPtrArray *adopted;
  const char *path;
  gboolean found;

  self->file = bb_state_file_new (g_file_peek_path (folder), "session.blurbox");
  g_signal_connect_object (self->file, "written", G_CALLBACK (written_cb), self, G_CONNECT_SWAPPED);
  path = bb_state_file_get_path (self->file);
  found = path != NULL && load (self, path);
  adopted = bb_state_file_get_adopted (self->file);
  for (guint i = 0; i < adopted->len && !found; i++)
    found = load (self, adopted->pdata[i]);
  return self;
}

/**
 * bb_session_get_left:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): what the last session left, with at least one video
 */
const BbProjectFile *
bb_session_get_left (BbSession *self)
{
  return self->left;
}

/**
 * bb_session_was_killed:
 * @self: a session
 *
 * Returns: whether the last session did not end by itself
 */
gboolean
bb_session_was_killed (BbSession *self)
{
  return self->killed;
}

/**
 * bb_session_get_notice:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): that not all could be read, for people
 */
const char *
bb_session_get_notice (BbSession *self)
{
  return self->notice;
}

/**
 * bb_session_take_left:
 * @self: a session
 *
 * Returns: (transfer full) (nullable): what the last session left, to go on with
 */
BbProjectFile *
bb_session_take_left (BbSession *self)
{
  g_clear_pointer (&self->left_path, g_free);
  return g_steal_pointer (&self->left);
}

/**
 * bb_session_remove_left:
 * @self: a session
 *
 * Forgets what the last session left.
 */
void
bb_session_remove_left (BbSession *self)
{
  if (self->left_path != NULL)
    g_unlink (self->left_path);
  g_clear_pointer (&self->left_path, g_free);
  g_clear_pointer (&self->left, bb_project_file_free);
}

/**
 * bb_session_keep:
 * @self: a session
 *
 * Keeps the project as it is now for bb_session_get_before(): another one is opened in its place.
 */
void
bb_session_keep (BbSession *self)
{
  g_autofree char *before = NULL;
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;

  if (g_list_model_get_n_items (G_LIST_MODEL (self->project)) == 0 ||
      bb_state_file_get_path (self->file) == NULL)
    return;
  before = g_strconcat (bb_state_file_get_path (self->file), BEFORE, NULL);
  data = bb_project_file_format (self->project, NULL);
  if (!g_file_set_contents_full (before, data, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    {
      g_autofree char *problem = format_problem (error);

      g_signal_emit (self, signals[PROBLEM], 0, problem);
    }
}

/**
 * bb_session_get_before:
 * @self: a session
 *
 * Returns: (transfer full) (nullable): a file with the project before this one
 */
GFile *
bb_session_get_before (BbSession *self)
{
  const char *path = bb_state_file_get_path (self->file);
  g_autofree char *before = path != NULL ? g_strconcat (path, BEFORE, NULL) : NULL;

  return before != NULL && g_file_test (before, G_FILE_TEST_EXISTS) ? g_file_new_for_path (before)
                                                                    : NULL;
}

/**
 * bb_session_watch:
 * @self: a session
 * @project: what is worked on
 *
 * From now on the file follows the project.
 */
void
bb_session_watch (BbSession *self, BbProject *project)
{
  g_return_if_fail (self->project == NULL);

  self->project = g_object_ref (project);
  g_signal_connect_object (project, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
}

/**
 * bb_session_close:
 * @self: a session
 *
 * Writes what is not written yet, and that the session has ended by itself.
 */
void
bb_session_close (BbSession *self)
{
  g_autoptr (GError) error = NULL;

  if (self->closed || self->project == NULL || bb_state_file_get_path (self->file) == NULL)
    return;
  self->closed = TRUE;
  g_clear_handle_id (&self->timeout, g_source_remove);
  if (has_begun (self))
    {
      keep_left (self);
      if (!bb_state_file_flush (self->file, get_version (self, TRUE, TRUE), &error))
        {
          g_autofree char *problem = format_problem (error);

          g_warning ("%s", problem);
        }
    }
  bb_state_file_release (self->file);
}
