/* bb-project-file.c: a project as a key file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A group `[project]` with the version and how many of everything there are; `[state]`, what all clips
 * have in common and their order; `[clip N]`, a video and what it has of its own. `[undo N]` and `[redo N]`
 * are the steps of the history, the next one first, each with what is different in it from the one before,
 * the first one from the state: `[undo N clip M]`. A session adds `[session]` when it ends. Each group has a checksum, see bb-key-group.c.
 */

#include "config.h"

#include "bb-project-file.h"

#include "bb-key-group.h"

#include <glib/gi18n.h>
#include <string.h>

#define VERSION 1
/* Steps that are saved: more than anybody goes back in another session. */
#define MAX_STEPS 100

/* In the order of their bits. */
static const char *const part_names[] = { "look", "framing", "trim" };

static void
set_values (GKeyFile *file, const char *group, const BbRecipe *recipe, BbRecipePart parts,
            GFile *folder)
{
  const char *path = folder != NULL ? g_file_peek_path (folder) : NULL;
  BbRecipePart part;
  const char *key;

  for (guint i = 0; (key = bb_recipe_get_key (i, &part)) != NULL; i++)
    if ((part & parts) != 0)
      {
        g_autofree char *text = bb_recipe_values_format_in (bb_recipe_get (recipe), key, path);

        g_key_file_set_string (file, group, key, text);
      }
}

/* Values that a newer version has are of no use here; those that are missing are defaults. */
static BbRecipe *
get_recipe (GKeyFile *file, const char *group, BbRecipePart parts, GFile *folder)
{
  const char *path = folder != NULL ? g_file_peek_path (folder) : NULL;
  BbRecipeValues values;
  BbRecipePart part;
  const char *key;

  bb_recipe_values_init (&values);
  for (guint i = 0; (key = bb_recipe_get_key (i, &part)) != NULL; i++)
    {
      g_autofree char *text =
        (part & parts) != 0 ? g_key_file_get_string (file, group, key, NULL) : NULL;

      if (text != NULL && !bb_recipe_values_parse_in (&values, key, text, path, NULL))
        return NULL;
    }
  return bb_recipe_new (&values, NULL);
}

/* The way from a folder to a file, with “..” where they have more in common than the root. */
static char *
get_way (GFile *folder, GFile *file)
{
  const char *from = folder != NULL ? g_file_peek_path (folder) : NULL;
  const char *to = g_file_peek_path (file);
  g_auto (GStrv) from_parts = NULL;
  g_auto (GStrv) to_parts = NULL;
  g_autoptr (GString) way = g_string_new (NULL);
  guint same = 0;

  if (from == NULL || to == NULL)
    return NULL;
  from_parts = g_strsplit (from, G_DIR_SEPARATOR_S, -1);
  to_parts = g_strsplit (to, G_DIR_SEPARATOR_S, -1);
  while (from_parts[same] != NULL && to_parts[same] != NULL &&
         g_str_equal (from_parts[same], to_parts[same]))
    same++;
  if (same < 2)
    return NULL;
  for (guint i = same; from_parts[i] != NULL; i++)
    g_string_append (way, "../");
  for (guint i = same; to_parts[i] != NULL; i++)
    g_string_append_printf (way, i > same ? "/%s" : "%s", to_parts[i]);
  /* In a key file there is text only. */
  return g_uri_escape_string (way->str, "/ !$&'()*+,;=:@", TRUE);
}

static GFile *
get_file (GKeyFile *file, const char *group, GFile *folder)
{
  g_autofree char *way = g_key_file_get_string (file, group, "path", NULL);
  g_autofree char *uri = g_key_file_get_string (file, group, "uri", NULL);
  g_autofree char *path = way != NULL ? g_uri_unescape_string (way, NULL) : NULL;
  g_autoptr (GFile) beside =
    path != NULL && folder != NULL ? g_file_resolve_relative_path (folder, path) : NULL;

  if (beside != NULL && (uri == NULL || g_file_query_exists (beside, NULL)))
    return g_steal_pointer (&beside);
  return uri != NULL ? g_file_new_for_uri (uri) : NULL;
}

static void
format_clip (GKeyFile *file, const char *group, const BbClipState *clip, GFile *folder)
{
  g_autofree char *way = get_way (folder, clip->file);
  g_autofree char *uri = g_file_get_uri (clip->file);
  const char *own[G_N_ELEMENTS (part_names)];
  guint n_own = 0;

  if (way != NULL)
    g_key_file_set_string (file, group, "path", way);
  g_key_file_set_string (file, group, "uri", uri);
  for (guint i = 0; i < G_N_ELEMENTS (part_names); i++)
    if ((clip->own & (1u << i)) != 0)
      own[n_own++] = part_names[i];
  g_key_file_set_string_list (file, group, "own", own, n_own);
  set_values (file, group, clip->recipe, clip->own, folder);
}

static BbClipState *
parse_clip (GKeyFile *file, const char *group, guint id, GFile *folder)
{
  g_autoptr (GFile) video = get_file (file, group, folder);
  g_auto (GStrv) names = g_key_file_get_string_list (file, group, "own", NULL, NULL);
  g_autoptr (BbRecipe) recipe = NULL;
  BbRecipePart own = 0;

  for (guint i = 0; i < G_N_ELEMENTS (part_names); i++)
    if (names != NULL && g_strv_contains ((const char *const *) names, part_names[i]))
      own |= (BbRecipePart) (1u << i);
  recipe = get_recipe (file, group, own, folder);
  return video != NULL && recipe != NULL ? bb_clip_state_new (id, video, own, recipe) : NULL;
}

static gboolean
has_same_order (const BbProjectState *a, const BbProjectState *b)
{
  if (a->clips->len != b->clips->len)
    return FALSE;
  for (guint i = 0; i < a->clips->len; i++)
    if (((BbClipState *) a->clips->pdata[i])->id != ((BbClipState *) b->clips->pdata[i])->id)
      return FALSE;
  return TRUE;
}

static void
format_order (GKeyFile *file, const char *group, const BbProjectState *state)
{
  g_autofree int *ids = g_new (int, state->clips->len + 1);

  for (guint i = 0; i < state->clips->len; i++)
    ids[i] = (int) ((BbClipState *) state->clips->pdata[i])->id;
  g_key_file_set_integer_list (file, group, "clips", ids, state->clips->len);
}

/* What is different from @base, or all of it. */
static void
format_state (GKeyFile *file, const char *name, const BbProjectState *state,
              const BbProjectState *base, GFile *folder)
{
  if (base == NULL || !has_same_order (state, base))
    format_order (file, name, state);
  if (base == NULL ||
      (state->shared != base->shared && !bb_recipe_equal (state->shared, base->shared)))
    {
      g_key_file_set_boolean (file, name, "shared", TRUE);
      set_values (file, name, state->shared, BB_RECIPE_ALL, folder);
    }
  for (guint i = 0; i < state->clips->len; i++)
    {
      const BbClipState *clip = state->clips->pdata[i];
      const BbClipState *before = base != NULL ? bb_project_state_get_clip (base, clip->id) : NULL;
      g_autofree char *group = base != NULL ? g_strdup_printf ("%s clip %u", name, clip->id)
                                            : g_strdup_printf ("clip %u", clip->id);

      if (before == NULL || !bb_clip_state_equal (clip, before))
        format_clip (file, group, clip, folder);
    }
}

static guint
format_steps (GKeyFile *file, const char *name, const GQueue *steps, const BbProjectState *base,
              GFile *folder)
{
  guint n = 0;

  for (const GList *l = steps->head; l != NULL && n < MAX_STEPS; l = l->next)
    {
      const BbProjectStep *step = l->data;
      g_autofree char *group = g_strdup_printf ("%s %u", name, ++n);

      g_key_file_set_integer (file, group, "current", (int) step->clip);
      format_state (file, group, step->state, base, folder);
      base = step->state;
    }
  return n;
}

/**
 * bb_project_file_format:
 * @project: a project
 * @folder: (nullable): where the file will be, so that videos are found when both are moved together
 *
 * Returns: (transfer full): the text of a project file
 */
char *
bb_project_file_format (BbProject *project, GFile *folder)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  BbProjectState *state = bb_project_get_state (project);
  BbClip *current = bb_project_get_current (project);
  g_auto (GStrv) groups = NULL;
  gsize n_groups;
  guint n;

  g_key_file_set_integer (file, "project", "version", VERSION);
  format_state (file, "state", state, NULL, folder);
  g_key_file_set_integer (file, "state", "current",
                          current != NULL ? (int) bb_clip_get_id (current) : 0);
  for (guint i = 0; i < state->clips->len; i++)
    {
      g_autoptr (BbClip) clip = g_list_model_get_item (G_LIST_MODEL (project), i);
      g_autofree char *group = g_strdup_printf ("clip %u", bb_clip_get_id (clip));

      if (bb_clip_get_exported (clip) != NULL)
        g_key_file_set_string (file, group, "exported", bb_clip_get_exported (clip));
    }
  n = format_steps (file, "undo", bb_project_get_undo_steps (project), state, folder);
  g_key_file_set_integer (file, "project", "undo", (int) n);
  n = format_steps (file, "redo", bb_project_get_redo_steps (project), state, folder);
  g_key_file_set_integer (file, "project", "redo", (int) n);
  groups = g_key_file_get_groups (file, &n_groups);
  g_key_file_set_integer (file, "project", "groups", (int) n_groups);
  for (gsize i = 0; groups[i] != NULL; i++)
    bb_key_group_close (file, groups[i]);
  return g_key_file_to_data (file, NULL, NULL);
}

static gboolean
group_cb (GKeyFile *file, const char *group, gpointer user_data)
{
  GHashTable *groups = user_data;

  g_hash_table_replace (groups, g_strdup (group), g_key_file_ref (file));
  return TRUE;
}

/* What a file says, by group. */
typedef struct {
  GHashTable *groups; /* of GKeyFile */
  GFile *folder;
  GHashTable *exported;
  gboolean damaged;
} Parsing;

static BbClipState *
find_clip (Parsing *parsing, const char *name, guint id, const BbProjectState *base)
{
  g_autofree char *group =
    base != NULL ? g_strdup_printf ("%s clip %u", name, id) : g_strdup_printf ("clip %u", id);
  GKeyFile *file = g_hash_table_lookup (parsing->groups, group);
  BbClipState *before = base != NULL ? bb_project_state_get_clip (base, id) : NULL;

  if (file == NULL)
    return before != NULL ? bb_clip_state_ref (before) : NULL;
  if (base == NULL)
    {
      char *exported = g_key_file_get_string (file, group, "exported", NULL);

      if (exported != NULL)
        g_hash_table_replace (parsing->exported, GUINT_TO_POINTER (id), exported);
    }
  return parse_clip (file, group, id, parsing->folder);
}

/* A clip that cannot be read is left out. */
static BbProjectState *
parse_state (Parsing *parsing, const char *name, const BbProjectState *base)
{
  GKeyFile *file = g_hash_table_lookup (parsing->groups, name);
  g_autoptr (BbRecipe) shared = NULL;
  g_autofree int *ids = NULL;
  gsize n_ids = 0;
  BbProjectState *state;

  if (file == NULL)
    return NULL;
  if (g_key_file_get_boolean (file, name, "shared", NULL))
    shared = get_recipe (file, name, BB_RECIPE_ALL, parsing->folder);
  else if (base != NULL)
    shared = bb_recipe_ref (base->shared);
  if (shared == NULL)
    return NULL;
  state = bb_project_state_new (shared);
  if (g_key_file_has_key (file, name, "clips", NULL))
    ids = g_key_file_get_integer_list (file, name, "clips", &n_ids, NULL);
  else if (base != NULL)
    {
      n_ids = base->clips->len;
      ids = g_new (int, n_ids + 1);
      for (guint i = 0; i < n_ids; i++)
        ids[i] = (int) ((BbClipState *) base->clips->pdata[i])->id;
    }
  for (gsize i = 0; i < n_ids; i++)
    {
      BbClipState *clip = ids[i] > 0 && !bb_project_state_find (state, (guint) ids[i], NULL)
                            ? find_clip (parsing, name, (guint) ids[i], base)
                            : NULL;

      if (clip != NULL)
        g_ptr_array_add (state->clips, clip);
      else
        parsing->damaged = TRUE;
    }
  return state;
}

/* As many steps as can be read: those behind one that cannot are not known either. */
static GPtrArray *
parse_steps (Parsing *parsing, const char *name, int n_steps, const BbProjectState *base)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_project_step_free);

  for (int i = 1; i <= n_steps; i++)
    {
      g_autofree char *group = g_strdup_printf ("%s %d", name, i);
      BbProjectState *state = parse_state (parsing, group, base);
      GKeyFile *file = g_hash_table_lookup (parsing->groups, group);

      if (state == NULL)
        {
          parsing->damaged = TRUE;
          break;
        }
      g_ptr_array_add (steps, bb_project_step_new (state, (guint) g_key_file_get_integer (
                                                            file, group, "current", NULL)));
      base = state;
    }
  return steps;
}

/**
 * bb_project_file_parse:
 * @data: what bb_project_file_format() gave, perhaps damaged
 * @length: its length in bytes
 * @folder: (nullable): where it is
 * @name: name of the file, for messages
 * @error: return location for an error
 *
 * Reads what is whole, and says whether that is all. Looks on disk for the videos: a thread's work.
 *
 * Returns: (transfer full): what is in the file, or %NULL with %BB_ERROR_INVALID
 */
BbProjectFile *
bb_project_file_parse (const char *data, gsize length, GFile *folder, const char *name,
                       GError **error)
{
  g_autoptr (GHashTable) groups =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_key_file_unref);
  g_autoptr (BbProjectFile) file = g_new0 (BbProjectFile, 1);
  Parsing parsing = { .groups = groups, .folder = folder };
  GKeyFile *about, *state;
  int n_undo, n_redo;
  guint n_groups;

  parsing.damaged = !bb_key_groups_parse (data, length, group_cb, groups);
  about = g_hash_table_lookup (groups, "project");
  state = g_hash_table_lookup (groups, "state");
  if (about == NULL && state == NULL)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _ ("“%s” is no project of Blurbox: choose another file"), name);
      return NULL;
    }
  if (about != NULL && g_key_file_get_integer (about, "project", "version", NULL) > VERSION)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _ ("“%s” was saved by a newer version of Blurbox: open it with that one"), name);
      return NULL;
    }
  file->exported = parsing.exported = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  file->state = parse_state (&parsing, "state", NULL);
  if (file->state == NULL)
    {
      g_set_error (
        error, BB_ERROR, BB_ERROR_INVALID,
        _ ("“%s” is damaged, and its list of videos cannot be read: choose another file"), name);
      return NULL;
    }
  file->current = (guint) g_key_file_get_integer (state, "state", "current", NULL);
  n_undo = about != NULL ? g_key_file_get_integer (about, "project", "undo", NULL) : 0;
  n_redo = about != NULL ? g_key_file_get_integer (about, "project", "redo", NULL) : 0;
  file->undo = parse_steps (&parsing, "undo", n_undo, file->state);
  file->redo = parse_steps (&parsing, "redo", n_redo, file->state);
  n_groups = g_hash_table_size (groups) - (g_hash_table_contains (groups, "session") ? 1 : 0);
  file->damaged = parsing.damaged || about == NULL ||
                  g_key_file_get_integer (about, "project", "groups", NULL) != (int) n_groups;
  return g_steal_pointer (&file);
}

/**
 * bb_project_file_load:
 * @file: a project file
 * @error: return location for an error
 *
 * Reads a project; blocks.
 *
 * Returns: (transfer full): what is in the file, or %NULL with %BB_ERROR_INPUT or %BB_ERROR_INVALID
 */
BbProjectFile *
bb_project_file_load (GFile *file, GError **error)
{
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *name = g_file_get_parse_name (file);
  g_autofree char *data = g_malloc (BB_PROJECT_FILE_MAX_SIZE + 1);
  g_autoptr (GError) reason = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, &reason);
  gsize length = 0;

  if (stream == NULL ||
      !g_input_stream_read_all (G_INPUT_STREAM (stream), data, BB_PROJECT_FILE_MAX_SIZE + 1,
                                &length, NULL, &reason))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INPUT,
                   /* Translators: name of a file, and the system's reason */
                   _ ("Cannot read the project “%s”: %s"), name, reason->message);
      return NULL;
    }
  if (length > BB_PROJECT_FILE_MAX_SIZE)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _ ("“%s” is no project of Blurbox: choose another file"), name);
      return NULL;
    }
  return bb_project_file_parse (data, length, folder, name, error);
}

/**
 * bb_project_file_save:
 * @project: a project
 * @file: where to write it; replaced as a whole or not at all
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT
 */
gboolean
bb_project_file_save (BbProject *project, GFile *file, GError **error)
{
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *data = bb_project_file_format (project, folder);

  return bb_save_text (file, data, error);
}

/**
 * bb_project_file_open:
 * @file: what is in a file; its parts are taken
 * @project: a project
 *
 * Puts it in the place of what is in @project.
 */
void
bb_project_file_open (BbProjectFile *file, BbProject *project)
{
  bb_project_restore (project, g_steal_pointer (&file->state), file->current,
                      g_steal_pointer (&file->undo), g_steal_pointer (&file->redo));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (project)); i++)
    {
      g_autoptr (BbClip) clip = g_list_model_get_item (G_LIST_MODEL (project), i);

      bb_clip_set_exported (
        clip, g_hash_table_lookup (file->exported, GUINT_TO_POINTER (bb_clip_get_id (clip))));
    }
}

/**
 * bb_project_file_free:
 * @file: (transfer full): what is in a file
 */
void
bb_project_file_free (BbProjectFile *file)
{
  g_clear_pointer (&file->state, bb_project_state_unref);
  g_clear_pointer (&file->undo, g_ptr_array_unref);
  g_clear_pointer (&file->redo, g_ptr_array_unref);
  g_clear_pointer (&file->exported, g_hash_table_unref);
  g_free (file);
}
