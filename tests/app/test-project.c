/* test-project.c: clips, what they share, the history of that, and its file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-project-file.h"

#include <glib/gstdio.h>
#include <string.h>

static GFile *
make_file (guint i)
{
  g_autofree char *path = g_strdup_printf ("/videos/some folder/clip %u.mp4", i);

  return g_file_new_for_path (path);
}

static void
add (BbProject *project, guint first, guint n)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (files, make_file (first + i));
  bb_project_add (project, (GFile *const *) files->pdata, n, G_MAXUINT);
}

static BbClip *
get (BbProject *project, guint position)
{
  g_autoptr (BbClip) clip = g_list_model_get_item (G_LIST_MODEL (project), position);

  return clip;
}

static GPtrArray *
list (BbProject *project, guint position)
{
  GPtrArray *clips = g_ptr_array_new ();

  g_ptr_array_add (clips, get (project, position));
  return clips;
}

static void
set (BbProject *project, const char *key, const char *text)
{
  BbRecipeValues values = *bb_recipe_get (bb_project_get_recipe (project));
  g_autoptr (GError) error = NULL;

  g_assert_true (bb_recipe_values_parse (&values, key, text, &error));
  g_assert_true (bb_project_set_values (project, &values, NULL, &error));
  g_assert_no_error (error);
}

/* What is made of each clip: the values of a key, with spaces between. */
static char *
describe (BbProject *project, const char *key)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (project)); i++)
    {
      g_autoptr (BbRecipe) recipe = bb_project_make_recipe (project, get (project, i));
      g_autofree char *value = bb_recipe_values_format (bb_recipe_get (recipe), key);

      g_string_append_printf (text, i > 0 ? " %s" : "%s", value);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define assert_values(project, key, wanted)                                                        \
  {                                                                                                \
    g_autofree char *text_ = describe (project, key);                                              \
    g_assert_cmpstr (text_, ==, wanted);                                                           \
  }

static char *
describe_names (BbProject *project)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (project)); i++)
    {
      const char *name = bb_clip_get_name (get (project, i));

      g_string_append_c (text, name[strlen ("clip ")]);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define assert_names(project, wanted)                                                              \
  {                                                                                                \
    g_autofree char *text_ = describe_names (project);                                             \
    g_assert_cmpstr (text_, ==, wanted);                                                           \
  }

static void
test_shared (void)
{
  g_autoptr (BbProject) project = bb_project_new ();
  g_autoptr (GPtrArray) second = NULL;
  BbRecipeValues plain;

  add (project, 1, 3);
  g_assert_cmpuint (bb_clip_get_id (bb_project_get_current (project)), ==,
                    bb_clip_get_id (get (project, 0)));
  /* A look is everybody's, framing and trim are a clip's own. */
  set (project, "width", "720");
  set (project, "zoom", "0.5");
  set (project, "start", "1.5");
  assert_values (project, "width", "720 720 720");
  assert_values (project, "zoom", "0.5 0 0");
  assert_values (project, "start", "1.5 0.0 0.0");
  g_assert_cmpuint (bb_clip_get_own (get (project, 0)), ==, BB_RECIPE_FRAMING | BB_RECIPE_TRIM);
  g_assert_cmpuint (bb_clip_get_own (get (project, 1)), ==, 0);
  /* What is as it would be anyway is nothing of its own. */
  set (project, "zoom", "0");
  g_assert_cmpuint (bb_clip_get_own (get (project, 0)), ==, BB_RECIPE_TRIM);

  /* A look that is detached stays as it is, and changes alone. */
  second = list (project, 1);
  bb_project_set_current (project, get (project, 1));
  bb_project_set_parts (project, second, BB_RECIPE_LOOK,
                        bb_recipe_get (bb_project_get_recipe (project)));
  set (project, "blur", "10");
  assert_values (project, "width", "720 720 720");
  bb_project_set_current (project, get (project, 0));
  set (project, "width", "540");
  assert_values (project, "width", "540 720 540");
  assert_values (project, "blur", "60 10 60");
  bb_project_set_parts (project, second, BB_RECIPE_LOOK, NULL);
  assert_values (project, "blur", "60 60 60");
  assert_values (project, "width", "540 540 540");
  /* Device and kind of file are everybody's, whoever's look is whose. */
  set (project, "batch", "7");
  set (project, "codec", "av1");
  assert_values (project, "batch", "7 7 7");
  assert_values (project, "codec", "av1 av1 av1");

  /* Apply to all: each keeps its trim. */
  set (project, "zoom", "1");
  bb_project_share_look (project, get (project, 0));
  assert_values (project, "zoom", "1 1 1");
  assert_values (project, "start", "1.5 0.0 0.0");
  g_assert_cmpuint (bb_clip_get_own (get (project, 0)), ==, BB_RECIPE_TRIM);

  /* A preset: framing too, but not over what is a clip's own. */
  bb_project_set_current (project, get (project, 2));
  set (project, "zoom", "0.25");
  bb_project_set_current (project, get (project, 0));
  set (project, "zoom", "0.75");
  bb_recipe_values_init (&plain);
  bb_project_set_look (project, &plain);
  assert_values (project, "zoom", "0 0 0.25");
  assert_values (project, "width", "1080 1080 1080");
  assert_values (project, "batch", "7 7 7");
}

static void
count_cb (guint *n)
{
  ++*n;
}

static void
test_list (void)
{
  g_autoptr (BbProject) project = bb_project_new ();
  g_autoptr (GPtrArray) clips = g_ptr_array_new ();
  g_autoptr (GFile) one = make_file (1);
  guint n_changes = 0;

  add (project, 1, 5);
  assert_names (project, "12345");
  /* What is there already is shown, and not added again. */
  g_assert_cmpuint (bb_project_add (project, &one, 1, 0), ==, 0);
  g_assert_true (bb_project_get_current (project) == get (project, 0));
  assert_names (project, "12345");
  g_signal_connect_swapped (project, "items-changed", G_CALLBACK (count_cb), &n_changes);
  g_ptr_array_add (clips, get (project, 3));
  g_ptr_array_add (clips, get (project, 1));
  bb_project_move (project, clips, 0);
  assert_names (project, "24135");
  bb_project_move (project, clips, 4);
  assert_names (project, "13245");
  bb_project_move (project, clips, 5);
  assert_names (project, "13524");
  g_assert_cmpuint (n_changes, ==, 3);
  /* The one in its place is shown when the one that is shown is removed. */
  bb_project_set_current (project, get (project, 3));
  bb_project_remove (project, clips);
  assert_names (project, "135");
  g_assert_true (bb_project_get_current (project) == get (project, 2));
  bb_project_undo (project);
  assert_names (project, "13524");
  g_assert_cmpstr (bb_clip_get_name (bb_project_get_current (project)), ==, "clip 2.mp4");
  bb_project_redo (project);
  assert_names (project, "135");
  set (project, "start", "2");
  bb_project_duplicate (project, bb_project_get_current (project));
  assert_names (project, "1355");
  assert_values (project, "start", "0.0 0.0 2.0 2.0");
  g_assert_true (bb_project_get_current (project) == get (project, 3));
  /* Undoing shows the clip that the step was about. */
  set (project, "start", "3");
  bb_project_set_current (project, get (project, 0));
  bb_project_undo (project);
  g_assert_true (bb_project_get_current (project) == get (project, 3));
  assert_values (project, "start", "0.0 0.0 2.0 2.0");
}

/* What a person does, at random. */
static void
act (BbProject *project, GRand *rand)
{
  static const char *const keys[] = { "width", "zoom", "start", "blur", "corner-radius" };
  static const char *const texts[][2] = {
    { "400", "5" }, { "0.3", "1" }, { "4.5", "0" }, { "99", "5" }, { "12", "5" },
  };
  guint n = g_list_model_get_n_items (G_LIST_MODEL (project));
  guint i = (guint) g_rand_int_range (rand, 0, (int) MAX (n, 1));
  g_autoptr (GPtrArray) one = n > 0 ? list (project, i) : g_ptr_array_new ();
  gsize key = (gsize) g_rand_int_range (rand, 0, G_N_ELEMENTS (keys));

  switch (n > 0 ? g_rand_int_range (rand, 0, 12) : 0)
    {
    case 0:
      add (project, (guint) g_rand_int_range (rand, 0, 10), (guint) g_rand_int_range (rand, 1, 4));
      break;
    case 1:
      bb_project_remove (project, one);
      break;
    case 2:
      bb_project_move (project, one, (guint) g_rand_int_range (rand, 0, (int) n + 1));
      break;
    case 3:
      bb_project_share_look (project, get (project, i));
      break;
    case 4:
      bb_project_set_parts (project, one, BB_CLIP_PARTS,
                            bb_recipe_get (bb_project_get_recipe (project)));
      break;
    case 5:
      bb_project_set_parts (project, one, BB_RECIPE_LOOK | BB_RECIPE_TRIM, NULL);
      break;
    case 6:
      bb_project_duplicate (project, get (project, i));
      break;
    case 7:
      bb_project_undo (project);
      break;
    case 8:
      bb_project_redo (project);
      break;
    case 9:
      bb_project_set_current (project, get (project, i));
      break;
    default:
      set (project, keys[key], texts[key][g_rand_int_range (rand, 0, 2)]);
      break;
    }
}

static void
test_history (void)
{
  for (guint seed = 0; seed < 20; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (BbProject) project = bb_project_new ();
      g_autoptr (GPtrArray) states =
        g_ptr_array_new_with_free_func ((GDestroyNotify) bb_project_state_unref);

      g_autoptr (BbProjectState) first = NULL;

      /* The first videos of all are no step. */
      act (project, rand);
      g_assert_false (bb_project_can_undo (project));
      first = bb_project_state_ref (bb_project_get_state (project));
      for (guint i = 0; i < 60; i++)
        act (project, rand);
      /* All the way back and forth: the same states in the same order. */
      while (bb_project_can_undo (project))
        {
          g_ptr_array_add (states, bb_project_state_ref (bb_project_get_state (project)));
          bb_project_undo (project);
        }
      g_assert_true (bb_project_state_equal (bb_project_get_state (project), first));
      for (guint i = states->len; i > 0; i--)
        {
          bb_project_redo (project);
          if (!bb_project_state_equal (bb_project_get_state (project), states->pdata[i - 1]))
            g_error ("Seed %u: step %u is another one", seed, i);
        }
    }
}

static void
assert_same (BbProject *a, BbProject *b)
{
  const GQueue *steps[2][2] = {
    { bb_project_get_undo_steps (a), bb_project_get_undo_steps (b) },
    { bb_project_get_redo_steps (a), bb_project_get_redo_steps (b) },
  };

  g_assert_true (bb_project_state_equal (bb_project_get_state (a), bb_project_get_state (b)));
  g_assert_cmpint (bb_project_get_current (a) != NULL, ==, bb_project_get_current (b) != NULL);
  if (bb_project_get_current (a) != NULL)
    g_assert_cmpuint (bb_clip_get_id (bb_project_get_current (a)), ==,
                      bb_clip_get_id (bb_project_get_current (b)));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (steps[i][0]->length, ==, steps[i][1]->length);
      for (const GList *l = steps[i][0]->head, *m = steps[i][1]->head; l != NULL;
           l = l->next, m = m->next)
        {
          const BbProjectStep *one = l->data;
          const BbProjectStep *other = m->data;

          g_assert_true (bb_project_state_equal (one->state, other->state));
          g_assert_cmpuint (one->clip, ==, other->clip);
        }
    }
}

static void
test_file (void)
{
  for (guint seed = 100; seed < 120; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (BbProject) project = bb_project_new ();
      g_autoptr (BbProject) other = bb_project_new ();
      g_autofree char *data = NULL;
      g_autoptr (BbProjectFile) file = NULL;
      g_autoptr (GError) error = NULL;

      for (guint i = 0; i < 60; i++)
        act (project, rand);
      data = bb_project_file_format (project, NULL);
      file = bb_project_file_parse (data, strlen (data), NULL, "p", &error);
      g_assert_no_error (error);
      g_assert_false (file->damaged);
      bb_project_file_open (file, other);
      assert_same (project, other);
    }
}

/* Whatever happens to a file: it is the same, or there is a word about it. */
static void
test_damage (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (BbProject) project = bb_project_new ();
  g_autofree char *data = NULL;
  gsize length;
  guint n_read = 0;

  for (guint i = 0; i < 30; i++)
    act (project, rand);
  data = bb_project_file_format (project, NULL);
  length = strlen (data);
  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *copy = g_strdup (data);
      gsize size = length;
      gsize at = (gsize) g_rand_int_range (rand, 0, (int) length);
      g_autoptr (BbProjectFile) file = NULL;
      g_autoptr (GError) error = NULL;

      if (i % 3 == 0)
        size = at;
      else if (i % 3 == 1)
        copy[at] = (char) (copy[at] ^ (1 << g_rand_int_range (rand, 0, 7)));
      else
        memset (copy + at, 0, MIN (length - at, 512));
      file = bb_project_file_parse (copy, size, NULL, "p", &error);
      if (file == NULL)
        {
          g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
          continue;
        }
      n_read++;
      if (!file->damaged)
        {
          g_autoptr (BbProject) other = bb_project_new ();

          bb_project_file_open (file, other);
          assert_same (project, other);
        }
    }
  /* Most of it is read still. */
  g_assert_cmpuint (n_read, >, 300);
}

/* Project and videos that are moved together are found; one that stayed, too. */
static void
test_moved (void)
{
  g_autofree char *root = g_dir_make_tmp ("blurbox-XXXXXX", NULL);
  g_autofree char *before = g_build_filename (root, "before", NULL);
  g_autofree char *videos = g_build_filename (before, "vidéos", NULL);
  g_autofree char *projects = g_build_filename (before, "projects", NULL);
  g_autofree char *after = g_build_filename (root, "after", NULL);
  g_autofree char *inside = g_build_filename (videos, "100% = a;b.mp4", NULL);
  g_autofree char *outside = g_build_filename (root, "outside.mp4", NULL);
  g_autofree char *path = g_build_filename (projects, "p.blurbox", NULL);
  g_autofree char *moved_path = g_build_filename (after, "projects", "p.blurbox", NULL);
  g_autofree char *logo = g_build_filename (projects, "logos", "l;ogo.svg", NULL);
  g_autofree char *moved_logo = g_build_filename (after, "projects", "logos", "l;ogo.svg", NULL);
  g_autoptr (BbRecipe) shared = NULL;
  g_autofree char *moved_inside = g_build_filename (after, "vidéos", "100% = a;b.mp4", NULL);
  g_autoptr (GFile) target = g_file_new_for_path (path);
  g_autoptr (GFile) moved = g_file_new_for_path (moved_path);
  GFile *files[] = { g_file_new_for_path (inside), g_file_new_for_path (outside) };
  g_autoptr (BbProject) project = bb_project_new ();
  g_autoptr (BbProject) other = bb_project_new ();
  g_autoptr (BbProjectFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *command = g_strdup_printf ("rm -r '%s'", root);

  g_mkdir_with_parents (videos, 0755);
  g_mkdir_with_parents (projects, 0755);
  g_assert_true (g_file_set_contents (inside, "", 0, NULL));
  g_assert_true (g_file_set_contents (outside, "", 0, NULL));
  bb_project_add (project, files, 2, 0);
  bb_clip_set_exported (get (project, 1), "digest");
  set (project, "logo", logo);
  g_assert_true (bb_project_file_save (project, target, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_rename (before, after), ==, 0);
  file = bb_project_file_load (moved, &error);
  g_assert_no_error (error);
  g_assert_false (file->damaged);
  bb_project_file_open (file, other);
  g_assert_cmpstr (g_file_peek_path (bb_clip_get_file (get (other, 0))), ==, moved_inside);
  g_assert_cmpstr (g_file_peek_path (bb_clip_get_file (get (other, 1))), ==, outside);
  shared = bb_project_make_recipe (other, get (other, 0));
  g_assert_cmpstr (bb_recipe_get (shared)->logo, ==, moved_logo);
  g_assert_cmpstr (bb_clip_get_exported (get (other, 1)), ==, "digest");
  g_assert_null (bb_clip_get_exported (get (other, 0)));
  g_object_unref (files[0]);
  g_object_unref (files[1]);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
}

static void
test_refused (void)
{
  static const struct {
    const char *text;
    const char *message;
  } files[] = {
    { "", "“p” is no project of Blurbox: choose another file" },
    { "\x7f"
      "ELF",
      "“p” is no project of Blurbox: choose another file" },
    { "[recipe]\nwidth=3\n", "“p” is no project of Blurbox: choose another file" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
        bb_project_file_parse (files[i].text, strlen (files[i].text), NULL, "p", &error));
      g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, files[i].message);
    }
}

static void
test_exported (void)
{
  g_autoptr (BbProject) project = bb_project_new ();
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (GFile) file = make_file (1);

  add (project, 1, 2);
  recipe = bb_project_make_recipe (project, get (project, 0));
  bb_project_note_export (project, file, recipe);
  g_assert_true (bb_project_is_exported (project, get (project, 0)));
  g_assert_false (bb_project_is_exported (project, get (project, 1)));
  /* A change of the other one's framing is none of it, of its look is. */
  bb_project_set_current (project, get (project, 1));
  set (project, "zoom", "1");
  g_assert_true (bb_project_is_exported (project, get (project, 0)));
  set (project, "batch", "3");
  g_assert_true (bb_project_is_exported (project, get (project, 0)));
  set (project, "blur", "3");
  g_assert_false (bb_project_is_exported (project, get (project, 0)));
  bb_project_undo (project);
  g_assert_true (bb_project_is_exported (project, get (project, 0)));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/project/shared", test_shared);
  g_test_add_func ("/project/list", test_list);
  g_test_add_func ("/project/history", test_history);
  g_test_add_func ("/project/exported", test_exported);
  g_test_add_func ("/project/file", test_file);
  g_test_add_func ("/project/damage", test_damage);
  g_test_add_func ("/project/moved", test_moved);
  g_test_add_func ("/project/refused", test_refused);
  return g_test_run ();
}
