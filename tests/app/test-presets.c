/* test-presets.c: looks that are kept under a name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"
#include "bb-presets.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  GFile *folder;
  BbPresets *presets;
  guint n_shipped;
} Fixture;

static BbRecipe *
make_recipe (double blur)
{
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  values.blur = blur;
  return bb_recipe_new (&values, NULL);
}

static void
set_up (Fixture *f, gconstpointer user_data)
{
  g_autofree char *path = g_dir_make_tmp ("blurbox-presets-XXXXXX", NULL);
  g_autoptr (GFile) parent = g_file_new_for_path (path);

  f->folder = g_file_get_child (parent, "presets");
  f->presets = bb_presets_new (f->folder);
  g_assert_true (bb_presets_load (f->presets, NULL));
  f->n_shipped = g_list_model_get_n_items (G_LIST_MODEL (f->presets));
  g_assert_cmpuint (f->n_shipped, >, 3);
}

static void
tear_down (Fixture *f, gconstpointer user_data)
{
  g_autoptr (GFile) parent = g_file_get_parent (f->folder);
  g_autoptr (GDir) dir = g_dir_open (g_file_peek_path (f->folder), 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (g_file_peek_path (f->folder), name, NULL);

      g_unlink (path);
    }
  g_rmdir (g_file_peek_path (f->folder));
  g_rmdir (g_file_peek_path (parent));
  g_assert_finalize_object (f->presets);
  g_object_unref (f->folder);
}

/* What another program start sees. */
static double
get_kept_blur (Fixture *f, const char *name)
{
  g_autoptr (BbPresets) presets = bb_presets_new (f->folder);
  BbPreset *preset;

  g_assert_true (bb_presets_load (presets, NULL));
  preset = bb_presets_find (presets, name);
  return preset != NULL ? bb_recipe_get (bb_preset_get_recipe (preset))->blur : -1.0;
}

static void
test_save (Fixture *f, gconstpointer user_data)
{
  const char *names[] = {
    "Mine", "A/B: 50 % & more", ".hidden", "..", "Größe ✨", "a b", "x.recipe"
  };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (BbRecipe) recipe = make_recipe (i + 1);

      g_assert_true (bb_presets_save (f->presets, names[i], recipe, FALSE, &error));
      g_assert_no_error (error);
      g_assert_cmpfloat (get_kept_blur (f, names[i]), ==, i + 1);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->presets)), ==,
                    f->n_shipped + G_N_ELEMENTS (names));
  /* The same name once more takes its place. */
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (BbRecipe) recipe = make_recipe (100 + i);

      g_assert_true (bb_presets_save (f->presets, names[i], recipe, TRUE, &error));
      g_assert_cmpfloat (get_kept_blur (f, names[i]), ==, 100 + i);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->presets)), ==,
                    f->n_shipped + G_N_ELEMENTS (names));
}

static void
test_refused (Fixture *f, gconstpointer user_data)
{
  g_autoptr (BbRecipe) recipe = make_recipe (5);
  g_autoptr (BbPreset) first = g_list_model_get_item (G_LIST_MODEL (f->presets), 0);
  g_autoptr (BbRecipe) other = NULL;
  g_autofree char *long_name = g_strnfill (81, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_false (bb_presets_save (f->presets, "", recipe, TRUE, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (bb_presets_save (f->presets, long_name, recipe, TRUE, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_clear_error (&error);
  for (gboolean replace = FALSE; replace <= TRUE; replace++)
    {
      g_assert_false (
        bb_presets_save (f->presets, bb_preset_get_name (first), recipe, replace, &error));
      g_assert_error (error, BB_ERROR, BB_ERROR_EXISTS);
      g_assert_nonnull (strstr (error->message, "comes with Blurbox"));
      g_clear_error (&error);
    }
  g_assert_true (bb_presets_save (f->presets, "one", recipe, FALSE, NULL));
  g_assert_true (bb_presets_save (f->presets, "two", recipe, FALSE, NULL));
  g_assert_false (
    bb_presets_rename (f->presets, bb_presets_find (f->presets, "one"), "two", &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_EXISTS);
  g_assert_cmpfloat (get_kept_blur (f, "one"), ==, 5.0);
  g_clear_error (&error);
  other = make_recipe (6);
  g_assert_false (bb_presets_save (f->presets, "one", other, FALSE, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_EXISTS);
  g_assert_cmpstr (error->message, ==, "There is a preset “one”: choose another name");
  g_assert_cmpfloat (get_kept_blur (f, "one"), ==, 5.0);
}

static void
test_rename_delete (Fixture *f, gconstpointer user_data)
{
  g_autoptr (BbRecipe) recipe = make_recipe (33);
  g_autoptr (GError) error = NULL;

  g_assert_true (bb_presets_save (f->presets, "old", recipe, FALSE, NULL));
  g_assert_true (
    bb_presets_rename (f->presets, bb_presets_find (f->presets, "old"), "new", &error));
  g_assert_no_error (error);
  g_assert_null (bb_presets_find (f->presets, "old"));
  g_assert_cmpfloat (get_kept_blur (f, "old"), ==, -1.0);
  g_assert_cmpfloat (get_kept_blur (f, "new"), ==, 33.0);
  g_assert_true (bb_presets_delete (f->presets, bb_presets_find (f->presets, "new"), &error));
  g_assert_null (bb_presets_find (f->presets, "new"));
  g_assert_cmpfloat (get_kept_blur (f, "new"), ==, -1.0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->presets)), ==, f->n_shipped);
}

/* Files that are no presets are left out, and stay. */
static void
test_foreign (Fixture *f, gconstpointer user_data)
{
  g_autoptr (BbRecipe) recipe = make_recipe (12);
  g_autofree char *broken = NULL;

  g_assert_true (bb_presets_save (f->presets, "good", recipe, FALSE, NULL));
  broken = g_build_filename (g_file_peek_path (f->folder), "broken.recipe", NULL);
  g_assert_true (g_file_set_contents (broken, "[Something Else]\na=b\n", -1, NULL));
  g_assert_true (bb_presets_load (f->presets, NULL));
  g_assert_nonnull (bb_presets_find (f->presets, "good"));
  g_assert_null (bb_presets_find (f->presets, "broken"));
  g_assert_true (g_file_test (broken, G_FILE_TEST_EXISTS));
}

#define ADD(name, func) g_test_add ("/presets/" name, Fixture, NULL, set_up, func, tear_down)

/* A name that is taken gets a number, and one that is too long is cut. */
static void
test_import (Fixture *f, gconstpointer user_data)
{
  static const struct {
    const char *file;
    const char *name;
  } cases[] = {
    { "Plain.recipe", "Plain 2" },
    { "Plain.recipe", "Plain 3" },
    { "50%25%2F50.recipe", "50%/50" },
    { "100%.ini", "100%.ini" },
    { "100%.recipe", "100%" },
    { "12345678901234567890123456789012345678901234567890123456789012345678901234567890XY.recipe",
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890" },
    { "12345678901234567890123456789012345678901234567890123456789012345678901234567890.recipe",
      "123456789012345678901234567890123456789012345678901234567890123456789012345678 2" },
  };
  g_autofree char *folder = g_dir_make_tmp ("blurbox-import-XXXXXX", NULL);
  g_autofree char *escaped = bb_presets_get_file_name ("50%/50");
  g_autofree char *none = g_build_filename (folder, "none.recipe", NULL);
  g_autoptr (GFile) missing = g_file_new_for_path (none);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (folder, cases[i].file, NULL);
      g_autoptr (GFile) file = g_file_new_for_path (path);
      BbPreset *preset;

      g_file_set_contents (path, "[Blurbox Recipe]\nblur=71\n", -1, &error);
      g_assert_no_error (error);
      preset = bb_presets_import (f->presets, file, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (bb_preset_get_name (preset), ==, cases[i].name);
      g_assert_cmpfloat (bb_recipe_get (bb_preset_get_recipe (preset))->blur, ==, 71.0);
      g_unlink (path);
    }
  g_assert_cmpstr (escaped, ==, cases[2].file);
  /* What is no recipe becomes no preset. */
  g_assert_null (bb_presets_import (f->presets, missing, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INPUT);
  g_clear_error (&error);
  g_file_set_contents (none, "[Blurbox Recipe]\nblur=much\n", -1, NULL);
  g_assert_null (bb_presets_import (f->presets, missing, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->presets)), ==,
                    f->n_shipped + G_N_ELEMENTS (cases));
  g_unlink (none);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("save", test_save);
  ADD ("refused", test_refused);
  ADD ("rename-delete", test_rename_delete);
  ADD ("foreign", test_foreign);
  ADD ("import", test_import);
  return g_test_run ();
}
