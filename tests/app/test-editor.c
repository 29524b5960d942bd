/* test-editor.c: the recipe that is tuned, and its history
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-editor.h"
#include "bb-error.h"

static void
count_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  ++*(int *) user_data;
}

static void
test_history (void)
{
  g_autoptr (BbEditor) editor = bb_editor_new ();
  guint64 generation = bb_recipe_get_generation (bb_editor_get_recipe (editor));
  int changes = 0;

  g_signal_connect (editor, "notify::recipe", G_CALLBACK (count_cb), &changes);
  g_assert_false (bb_editor_can_undo (editor));
  bb_editor_set_number (editor, "blur", 100);
  bb_editor_set_number (editor, "dim", 0.5);
  g_assert_cmpint (changes, ==, 2);
  bb_editor_undo (editor);
  g_assert_cmpfloat (bb_editor_get (editor)->dim, ==, 0.0);
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 100.0);
  bb_editor_undo (editor);
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 60.0);
  g_assert_false (bb_editor_can_undo (editor));
  bb_editor_undo (editor);
  g_assert_cmpint (changes, ==, 4);
  bb_editor_redo (editor);
  bb_editor_redo (editor);
  g_assert_cmpfloat (bb_editor_get (editor)->dim, ==, 0.5);
  g_assert_false (bb_editor_can_redo (editor));
  /* What is shown always gets newer, also on the way back. */
  g_assert_cmpuint (bb_recipe_get_generation (bb_editor_get_recipe (editor)), >, generation);

  bb_editor_undo (editor);
  bb_editor_set_number (editor, "zoom", 1);
  g_assert_false (bb_editor_can_redo (editor));
}

static void
test_steps (void)
{
  g_autoptr (BbEditor) editor = bb_editor_new ();

  /* A drag is one step, and the next one another. */
  for (int drag = 0; drag < 2; drag++)
    {
      bb_editor_hold (editor);
      for (int i = 1; i <= 50; i++)
        bb_editor_set_number (editor, "blur", 100 * drag + i);
      bb_editor_release (editor);
    }
  bb_editor_undo (editor);
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 50.0);
  bb_editor_undo (editor);
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 60.0);
  g_assert_false (bb_editor_can_undo (editor));

  /* So are quick changes of one value, but not those of two. */
  bb_editor_set_number (editor, "blur", 10);
  bb_editor_set_number (editor, "blur", 11);
  bb_editor_set_number (editor, "dim", 0.1);
  bb_editor_set_number (editor, "blur", 12);
  bb_editor_undo (editor);
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 11.0);
  bb_editor_undo (editor);
  bb_editor_undo (editor);
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 60.0);

  /* A change that changes nothing is no step. */
  bb_editor_set_number (editor, "blur", 60);
  g_assert_false (bb_editor_can_undo (editor));
}

static void
test_values (void)
{
  g_autoptr (BbEditor) editor = bb_editor_new ();
  g_autoptr (GError) error = NULL;
  BbRecipeValues values = *bb_editor_get (editor);

  bb_editor_set_number (editor, "blur", 1e9);
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 1000.0);
  bb_editor_set_number (editor, "batch", 7.6);
  g_assert_cmpint (bb_editor_get (editor)->batch, ==, 8);
  bb_editor_set_number (editor, "start", 1.25);
  g_assert_cmpint (bb_editor_get (editor)->start, ==, 1250000000);
  g_assert_cmpfloat (bb_recipe_values_get_number (bb_editor_get (editor), "start"), ==, 1.25);
  g_assert_false (bb_editor_set_text (editor, "precision", "fp8", &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (bb_editor_set_text (editor, "batch", "auto", &error));
  g_assert_cmpint (bb_editor_get (editor)->batch, ==, BB_BATCH_AUTO);
  g_assert_true (bb_editor_set_text (editor, "precision", "fp32", &error));
  g_assert_cmpint (bb_editor_get (editor)->precision, ==, BB_PRECISION_FP32);
  values.start = 5;
  values.end = 5;
  g_assert_false (bb_editor_set (editor, &values, NULL, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
}

/* A look leaves what belongs to the clip and the machine. */
static void
test_look (void)
{
  g_autoptr (BbEditor) editor = bb_editor_new ();
  g_autoptr (BbEditor) other = bb_editor_new ();
  BbRecipeValues values = *bb_editor_get (editor);

  values.start = 1000;
  values.batch = 4;
  values.device = "cpu";
  values.codec = BB_CODEC_AV1;
  g_assert_true (bb_editor_set (editor, &values, NULL, NULL));
  bb_editor_set_number (other, "blur", 7);
  bb_editor_set_number (other, "width", 640);
  bb_editor_set_number (other, "batch", 99);
  bb_editor_set_look (editor, bb_editor_get_recipe (other));
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 7.0);
  g_assert_cmpint (bb_editor_get (editor)->width, ==, 640);
  g_assert_cmpint (bb_editor_get (editor)->batch, ==, 4);
  g_assert_cmpint (bb_editor_get (editor)->start, ==, 1000);
  g_assert_cmpstr (bb_editor_get (editor)->device, ==, "cpu");
  g_assert_cmpint (bb_editor_get (editor)->codec, ==, BB_CODEC_AV1);
  bb_editor_undo (editor);
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 60.0);

  bb_editor_reset (editor, bb_editor_get_recipe (other));
  g_assert_false (bb_editor_can_undo (editor));
  g_assert_cmpint (bb_editor_get (editor)->batch, ==, 99);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/editor/history", test_history);
  g_test_add_func ("/editor/steps", test_steps);
  g_test_add_func ("/editor/values", test_values);
  g_test_add_func ("/editor/look", test_look);
  return g_test_run ();
}
