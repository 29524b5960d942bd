/* test-canvas.c: what the canvas does without a hand: snapping, safe areas, actions that frame
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-framing-row.h"
#include "bb-guides.h"
#include "bb-snap.h"
#include "bb-test-window.h"

#include <math.h>

/* Where a picture of 400 goes on a canvas of 1200, and by which line. */
static void
test_snap (void)
{
  static const struct {
    double centre;
    double snapped;
    double line;
  } cases[] = {
    { 3, 0, 0 },       { -8, 0, 0 },         { 40, 40, NAN },
    { 397, 400, 600 }, { -405, -400, -600 }, { 204, 200, 200 },
    { 196, 200, 200 }, { -203, -200, -200 }, { 300, 300, NAN },
  };
  double line;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpfloat (bb_snap_centre (cases[i].centre, 400, 1200, 10, &line), ==,
                         cases[i].snapped);
      if (isnan (cases[i].line))
        g_assert_true (isnan (line));
      else
        g_assert_cmpfloat (line, ==, cases[i].line);
    }
  /* The edges of one of 300 meet the thirds. */
  g_assert_cmpfloat (bb_snap_centre (45, 300, 1200, 10, &line), ==, 50);
  g_assert_cmpfloat (line, ==, 200);
  g_assert_cmpfloat (bb_snap_centre (-345, 300, 1200, 10, &line), ==, -350);
  g_assert_cmpfloat (line, ==, -200);
  g_assert_cmpfloat (bb_snap_edge (592, 1200, 10, &line), ==, 600);
  g_assert_cmpfloat (bb_snap_edge (-192, 1200, 10, &line), ==, -200);
  g_assert_cmpfloat (bb_snap_edge (100, 1200, 10, &line), ==, 100);
  g_assert_true (isnan (line));
}

static void
assert_area (const char *id, int width, int height, double left, double top, double right,
             double bottom)
{
  graphene_rect_t area;

  g_assert_true (bb_guides_get_safe_area (bb_guides_find (id), width, height, &area));
  g_assert_cmpfloat_with_epsilon (area.origin.x, left, 0.1);
  g_assert_cmpfloat_with_epsilon (area.origin.y, top, 0.1);
  g_assert_cmpfloat_with_epsilon (area.origin.x + area.size.width, right, 0.1);
  g_assert_cmpfloat_with_epsilon (area.origin.y + area.size.height, bottom, 0.1);
}

/* On the shapes that platforms name, what they name; on every other, something that is on the canvas. */
static void
test_guides (void)
{
  BbWindow *window = bb_test_window_new ();
  graphene_rect_t area;

  assert_area ("tiktok", 1080, 1920, 60, 126, 940, 1436);
  assert_area ("tiktok", 2160, 3840, 120, 252, 1880, 2872);
  assert_area ("reels", 1080, 1920, 65, 269, 1015, 1248);
  assert_area ("shorts", 1080, 1920, 48, 288, 888, 1248);
  /* A square lies in the middle of the screen: from row 420 to row 1500 of it. */
  assert_area ("tiktok", 1080, 1080, 60, 0, 940, 1016);
  /* A post and a player have their own. */
  assert_area ("reels", 1080, 1350, 30, 30, 1050, 1230);
  assert_area ("shorts", 1920, 1080, 48, 110, 1872, 930);
  g_assert_false (bb_guides_get_safe_area (bb_guides_find ("none"), 1080, 1920, &area));
  g_assert_null (bb_guides_find ("nonsense"));
  for (guint i = 1; bb_guides_get (i) != NULL; i++)
    for (int height = 200; height < 3000; height += 37)
      {
        graphene_rect_t canvas = GRAPHENE_RECT_INIT (7, 5, 1000, (float) height);
        GtkSnapshot *snapshot = gtk_snapshot_new ();
        g_autoptr (GskRenderNode) node = NULL;
        graphene_rect_t bounds;

        g_assert_true (bb_guides_get_safe_area (bb_guides_get (i), 1000, height, &area));
        g_assert_cmpfloat (area.size.width, >, 500);
        g_assert_cmpfloat (area.size.height, >, 0.2 * height);
        g_assert_cmpfloat (area.origin.y, >=, 0);
        g_assert_cmpfloat (area.origin.y + area.size.height, <=, height + 0.1);
        bb_guides_snapshot (bb_guides_get (i), GTK_WIDGET (window), snapshot, &canvas);
        node = gtk_snapshot_free_to_node (snapshot);
        g_assert_nonnull (node);
        gsk_render_node_get_bounds (node, &bounds);
        g_assert_true (graphene_rect_contains_rect (&canvas, &bounds));
      }
  bb_test_window_close (window);
}

static const BbRecipeValues *
get (BbWindow *window)
{
  return bb_editor_get (bb_window_get_editor (window));
}

static gboolean
is_on (BbWindow *window, const char *action)
{
  g_autoptr (GVariant) state = bb_test_get_state (window, action);

  return g_variant_get_boolean (state);
}

/* Each action is one step, and the states are the recipe's. */
static void
test_actions (void)
{
  static const char *const names[] = { "fit",
                                       "fill",
                                       "fit-or-fill",
                                       "rotate-left",
                                       "rotate-right",
                                       "mirror-horizontal",
                                       "mirror-vertical",
                                       "crop" };
  BbWindow *window = bb_test_window_new ();
  g_autofree char *path = NULL;
  AdwToggleGroup *ends;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_false (bb_test_is_enabled (window, names[i]));
  bb_test_open_clip (window);
  ends = ADW_TOGGLE_GROUP (bb_test_find (bb_test_find (window, BB_TYPE_FRAMING_ROW, NULL, NULL),
                                         ADW_TYPE_TOGGLE_GROUP, NULL, NULL));
  g_assert_cmpstr (adw_toggle_group_get_active_name (ends), ==, "fit");
  bb_test_activate (window, "fill", NULL);
  g_assert_cmpfloat (get (window)->zoom, ==, 1.0);
  g_assert_cmpstr (adw_toggle_group_get_active_name (ends), ==, "fill");
  bb_test_activate (window, "set-zoom", "d", 2.5);
  g_assert_null (adw_toggle_group_get_active_name (ends));
  bb_test_activate (window, "set-position-x", "d", 0.2);
  bb_test_activate (window, "fill", NULL);
  g_assert_cmpfloat (get (window)->position_x, ==, 0.2);
  adw_toggle_group_set_active_name (ends, "fit");
  g_assert_cmpfloat (get (window)->zoom, ==, 0.0);
  g_assert_cmpfloat (get (window)->position_x, ==, 0.0);
  bb_test_activate (window, "fit-or-fill", NULL);
  g_assert_cmpfloat (get (window)->zoom, ==, 1.0);

  bb_test_activate (window, "mirror-horizontal", NULL);
  g_assert_true (is_on (window, "mirror-horizontal"));
  bb_test_activate (window, "rotate-right", NULL);
  g_assert_cmpint (get (window)->rotate, ==, BB_ROTATE_270);
  bb_test_activate (window, "undo", NULL);
  bb_test_activate (window, "undo", NULL);
  g_assert_false (is_on (window, "mirror-horizontal"));
  g_assert_cmpint (get (window)->rotate, ==, BB_ROTATE_0);

  /* Another clip ends the crop, and its comparison was ended by it. */
  bb_test_activate (window, "compare", NULL);
  bb_test_activate (window, "crop", NULL);
  g_assert_true (is_on (window, "crop"));
  g_assert_false (is_on (window, "compare"));
  bb_test_activate (window, "compare", NULL);
  g_assert_false (is_on (window, "crop"));
  g_assert_true (is_on (window, "compare"));
  bb_test_activate (window, "crop", NULL);
  path = bb_test_clip ();
  bb_test_open (window, path);
  BB_TEST_WAIT (!is_on (window, "crop"));
  bb_test_wait_for_picture (window);
  bb_test_window_close (window);
}

/* Pixels of an older preset become a position where the source is known, and the picture stays. */
static void
test_older (void)
{
  BbWindow *window = bb_test_window_new ();
  const BbPlayerSource *source;
  BbPlacement placement;

  bb_test_open_clip (window);
  bb_test_activate (window, "fit", NULL);
  bb_test_activate (window, "set-offset-x", "d", 40.0);
  bb_test_activate (window, "set-offset-y", "d", -300.0);
  bb_test_activate (window, "save-preset", "s", "Older");
  bb_test_activate (window, "fit", NULL);
  bb_test_activate (window, "apply-preset", "s", "Older");
  source = bb_player_get_source (bb_window_get_player (window));
  g_assert_cmpfloat (get (window)->offset_x, ==, 0.0);
  g_assert_cmpfloat (get (window)->position_y, <, 0.0);
  bb_framing_place (get (window), source->width, source->height, &placement);
  g_assert_cmpfloat_with_epsilon (placement.x, 40.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (placement.y, -300.0, 1e-6);
  bb_test_activate (window, "delete-preset", "s", "Older");
  bb_test_window_close (window);
}

static void
add_tests (void)
{
  g_test_add_func ("/canvas/snap", test_snap);
  g_test_add_func ("/canvas/guides", test_guides);
  g_test_add_func ("/canvas/actions", test_actions);
  g_test_add_func ("/canvas/older", test_older);
}

int
main (int argc, char **argv)
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
