/* test-tuning.c: what the settings do to the recipe, and the recipe to the picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-background-group.h"
#include "bb-color-row.h"
#include "bb-frame-group.h"
#include "bb-logo-group.h"
#include "bb-picture-row.h"
#include "bb-preset-popover.h"
#include "bb-test-window.h"
#include "bb-value-row.h"

#include <math.h>
#include <string.h>

/* Small enough to be shown unscaled in the window. */
#define WIDTH 216
#define HEIGHT 384

static BbWindow *
new_window (void)
{
  BbWindow *window = bb_test_window_new ();

  bb_test_open_clip (window);
  bb_test_activate (window, "set-size", "(ii)", WIDTH, HEIGHT);
  bb_test_wait_for_picture (window);
  return window;
}

/* What `blurbox-render` makes of a frame with the same recipe, out of a lossless file by ffmpeg:
 * the planes one after another without padding. */
static GBytes *
render_frame (BbWindow *window)
{
  g_autofree char *clip = bb_test_clip ();
  g_autofree char *recipe_path = bb_test_media_path ("tuned.recipe");
  g_autofree char *finished = bb_test_media_path ("tuned.mkv");
  g_autoptr (GFile) file = g_file_new_for_path (recipe_path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;

  g_assert_true (
    bb_recipe_save (bb_editor_get_recipe (bb_window_get_editor (window)), file, &error));
  process =
    g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, g_getenv ("BLURBOX_RENDER"), "--quiet",
                      "--overwrite", "--recipe", recipe_path, "--encoder", "ffv1", "--audio",
                      "none", "--end", "0.04", "-o", finished, "--", clip, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
  return bb_test_ffmpeg_raw ("-i %s -frames:v 1 -pix_fmt yuv420p", "tuned.mkv");
}

static double
sample (const BbFrame *frame, int plane, int x, int y)
{
  x = CLAMP (x, 0, bb_format_get_plane_width (&frame->format, plane) - 1);
  y = CLAMP (y, 0, bb_format_get_plane_height (&frame->format, plane) - 1);
  return frame->data[plane][(gsize) y * (gsize) frame->stride[plane] + (gsize) x];
}

/* A chroma sample at a luma sample's place: linear, 4:2:0 with samples left in the middle of two
 * rows. */
static double
chroma (const BbFrame *frame, int plane, int x, int y)
{
  double v = (y - 0.5) / 2.0;
  int row = (int) floor (v);
  double fy = v - row;
  int column = x / 2;
  double fx = x % 2 / 2.0;

  return ((1 - fx) * sample (frame, plane, column, row) +
          fx * sample (frame, plane, column + 1, row)) *
           (1 - fy) +
         ((1 - fx) * sample (frame, plane, column, row + 1) +
          fx * sample (frame, plane, column + 1, row + 1)) *
           fy;
}

/* H.273's equations for BT.709 and narrow range, in double precision. */
static void
to_rgb (const BbFrame *frame, int x, int y, double rgb[3])
{
  const double kr = 0.2126, kb = 0.0722, kg = 1.0 - kr - kb;
  double luma = (sample (frame, 0, x, y) - 16.0) / 219.0;
  double cb = (chroma (frame, 1, x, y) - 128.0) / 224.0;
  double cr = (chroma (frame, 2, x, y) - 128.0) / 224.0;

  rgb[0] = luma + 2.0 * (1.0 - kr) * cr;
  rgb[2] = luma + 2.0 * (1.0 - kb) * cb;
  rgb[1] = (luma - kr * rgb[0] - kb * rgb[2]) / kg;
  for (int i = 0; i < 3; i++)
    rgb[i] = CLAMP (rgb[i], 0.0, 1.0) * 255.0;
}

static guint8 *
download (GdkTexture *texture)
{
  g_autoptr (GdkTextureDownloader) downloader = gdk_texture_downloader_new (texture);
  gsize stride = 4 * (gsize) gdk_texture_get_width (texture);
  guint8 *pixels = g_malloc (stride * (gsize) gdk_texture_get_height (texture));

  gdk_texture_downloader_set_format (downloader, GDK_MEMORY_R8G8B8A8);
  gdk_texture_downloader_download_into (downloader, pixels, stride);
  return pixels;
}

/* The canvas as the window's renderer draws it, cut to where the picture is. */
static guint8 *
draw (BbWindow *window)
{
  GtkWidget *canvas = GTK_WIDGET (bb_window_get_canvas (window));
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  int width = gtk_widget_get_width (canvas);
  int height = gtk_widget_get_height (canvas);
  graphene_rect_t area = GRAPHENE_RECT_INIT (floorf ((float) (width - WIDTH) / 2),
                                             floorf ((float) (height - HEIGHT) / 2), WIDTH, HEIGHT);
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  GTK_WIDGET_GET_CLASS (canvas)->snapshot (canvas, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  texture =
    gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, &area);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, WIDTH);
  return download (texture);
}

/* At 1:1 the frame is what a render makes, the texture what the frame says, and the screen shows
 * the texture. */
static void
assert_shown (BbWindow *window)
{
  BbPicture *picture = bb_test_wait_for_picture (window);
  BbFrame *frame = picture->frame;
  g_autoptr (GBytes) shown_planes = NULL;
  g_autoptr (GBytes) rendered = NULL;
  g_autofree guint8 *texels = NULL;
  g_autofree guint8 *drawn = NULL;
  GdkTexture *texture;
  double worst = 0.0;

  if (picture->time != 0)
    {
      bb_test_activate (window, "seek", "x", (gint64) 0);
      BB_TEST_WAIT ((picture = bb_player_get_picture (bb_window_get_player (window)))->time == 0);
      frame = picture->frame;
    }
  g_assert_cmpint (picture->width, ==, WIDTH);
  g_assert_cmpint (picture->height, ==, HEIGHT);
  shown_planes = bb_test_frame_bytes (frame);
  rendered = render_frame (window);
  g_assert_cmpmem (g_bytes_get_data (shown_planes, NULL), g_bytes_get_size (shown_planes),
                   g_bytes_get_data (rendered, NULL), g_bytes_get_size (rendered));

  texture =
    bb_picture_paintable_get_texture (bb_canvas_get_paintable (bb_window_get_canvas (window)));
  texels = download (texture);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        double rgb[3];

        to_rgb (frame, x, y, rgb);
        for (int i = 0; i < 3; i++)
          worst = MAX (worst, fabs (texels[4 * (y * WIDTH + x) + i] - rgb[i]));
      }
  g_test_message ("furthest from double precision: %.3f codes", worst);
  /* Half a code is the rounding; what is above it comes of single precision. */
  g_assert_cmpfloat (worst, <, 0.51);

  bb_test_wait_for_paint (window);
  drawn = draw (window);
  g_assert_cmpmem (texels, 4 * WIDTH * HEIGHT, drawn, 4 * WIDTH * HEIGHT);
}

/* Every setting, through its action: in the recipe at once, on screen as a render makes it, and
 * gone with one undo. */
static void
test_numbers (void)
{
  static const struct {
    const char *key;
    double value;
  } cases[] = {
    { "zoom", 0.35 },      { "offset-x", 31 }, { "offset-y", -44 },        { "corner-radius", 18 },
    { "shadow", 0.7 },     { "blur", 24 },     { "background-zoom", 1.4 }, { "dim", 0.4 },
    { "saturation", 0.3 }, { "batch", 5 },     { "position-x", -0.1 },     { "position-y", 0.15 },
    { "crop-left", 0.2 },  { "zoom", 1.7 },    { "crop-bottom", 0.1 },     { "zoom", -0.4 },
  };
  BbWindow *window = new_window ();
  BbEditor *editor = bb_window_get_editor (window);

  assert_shown (window);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *action = g_strconcat ("set-", cases[i].key, NULL);
      double before = bb_recipe_values_get_number (bb_editor_get (editor), cases[i].key);
      g_autoptr (GVariant) state = NULL;

      g_test_message ("%s", cases[i].key);
      bb_test_activate (window, action, "d", cases[i].value);
      g_assert_cmpfloat (bb_recipe_values_get_number (bb_editor_get (editor), cases[i].key), ==,
                         cases[i].value);
      state = bb_test_get_state (window, action);
      g_assert_cmpfloat (g_variant_get_double (state), ==, cases[i].value);
      assert_shown (window);
      bb_test_activate (window, "undo", NULL);
      g_assert_cmpfloat (bb_recipe_values_get_number (bb_editor_get (editor), cases[i].key), ==,
                         before);
      bb_test_activate (window, "redo", NULL);
      bb_editor_end_step (editor);
    }
  assert_shown (window);
  bb_test_window_close (window);
}

static void
test_words (void)
{
  BbWindow *window = new_window ();
  BbEditor *editor = bb_window_get_editor (window);

  bb_test_activate (window, "set-background", "s", "color");
  bb_test_activate (window, "set-color", "s", "#3584e4");
  g_assert_cmpint (bb_editor_get (editor)->background, ==, BB_BACKGROUND_COLOR);
  g_assert_cmphex (bb_editor_get (editor)->color, ==, 0x3584e4);
  assert_shown (window);
  bb_test_activate (window, "set-background", "s", "blur");
  bb_test_activate (window, "set-precision", "s", "fp32");
  g_assert_cmpint (bb_editor_get (editor)->precision, ==, BB_PRECISION_FP32);
  assert_shown (window);
  bb_test_activate (window, "set-device", "s", "cpu");
  assert_shown (window);
  bb_test_activate (window, "set-rotate", "s", "270");
  bb_test_activate (window, "set-mirror", "s", "vertical");
  g_assert_cmpint (bb_editor_get (editor)->rotate, ==, BB_ROTATE_270);
  assert_shown (window);
  /* What cannot be is refused, and said. */
  bb_test_activate (window, "set-color", "s", "blue");
  g_assert_cmphex (bb_editor_get (editor)->color, ==, 0x3584e4);
  bb_test_activate (window, "reset", NULL);
  g_assert_cmpint (bb_editor_get (editor)->width, ==, 1080);
  bb_test_window_close (window);
}

static gboolean
is_row_shown (GtkWidget *group, GType type, const char *title)
{
  return gtk_widget_get_visible (bb_test_find (group, type, "title", title));
}

/* Each kind of background has its rows, is shown as it is rendered, and is one step. */
static void
test_backgrounds (void)
{
  g_autofree char *output =
    bb_test_ffmpeg ("-f lavfi -i testsrc=s=90x70 -frames:v 1 %s", "behind.png");
  g_autofree char *path = bb_test_media_path ("behind.png");
  BbWindow *window = new_window ();
  BbEditor *editor = bb_window_get_editor (window);
  GtkWidget *group = bb_test_find (window, BB_TYPE_BACKGROUND_GROUP, NULL, NULL);
  AdwComboRow *kinds = ADW_COMBO_ROW (bb_test_find (group, ADW_TYPE_COMBO_ROW, NULL, NULL));
  GtkWidget *button;
  GdkRGBA color;

  adw_combo_row_set_selected (kinds, BB_BACKGROUND_GRADIENT);
  g_assert_cmpint (bb_editor_get (editor)->background, ==, BB_BACKGROUND_GRADIENT);
  g_assert_true (is_row_shown (group, BB_TYPE_COLOR_ROW, "First Color"));
  g_assert_true (is_row_shown (group, BB_TYPE_COLOR_ROW, "Second Color"));
  g_assert_true (is_row_shown (group, BB_TYPE_VALUE_ROW, "Angle"));
  g_assert_false (is_row_shown (group, BB_TYPE_VALUE_ROW, "Dim"));
  g_assert_false (is_row_shown (group, BB_TYPE_PICTURE_ROW, "Picture"));
  button = bb_test_find (bb_test_find (group, BB_TYPE_COLOR_ROW, "title", "Second Color"),
                         GTK_TYPE_COLOR_DIALOG_BUTTON, NULL, NULL);
  gdk_rgba_parse (&color, "#f5c211");
  gtk_color_dialog_button_set_rgba (GTK_COLOR_DIALOG_BUTTON (button), &color);
  g_assert_cmphex (bb_editor_get (editor)->gradient_color, ==, 0xf5c211);
  assert_shown (window);
  bb_test_activate (window, "undo", NULL);
  bb_test_activate (window, "undo", NULL);
  g_assert_cmpuint (adw_combo_row_get_selected (kinds), ==, BB_BACKGROUND_BLUR);
  g_assert_false (is_row_shown (group, BB_TYPE_VALUE_ROW, "Angle"));

  adw_combo_row_set_selected (kinds, BB_BACKGROUND_MIRROR);
  g_assert_false (is_row_shown (group, BB_TYPE_VALUE_ROW, "Magnification"));
  g_assert_true (is_row_shown (group, BB_TYPE_VALUE_ROW, "Radius"));
  assert_shown (window);

  bb_test_activate (window, "set-picture", "s", path);
  bb_test_activate (window, "set-background", "s", "picture");
  g_assert_cmpuint (adw_combo_row_get_selected (kinds), ==, BB_BACKGROUND_PICTURE);
  g_assert_true (is_row_shown (group, BB_TYPE_PICTURE_ROW, "Picture"));
  g_assert_true (bb_test_shows (group, "behind.png"));
  g_assert_true (is_row_shown (group, BB_TYPE_VALUE_ROW, "Magnification"));
  assert_shown (window);
  bb_test_activate (window, "reset", NULL);
  bb_test_window_close (window);
}

static void
test_logo (void)
{
  g_autofree char *output =
    bb_test_ffmpeg ("-f lavfi -i testsrc=s=80x40 -frames:v 1 %s", "logo.png");
  g_autofree char *path = bb_test_media_path ("logo.png");
  BbWindow *window = new_window ();
  BbEditor *editor = bb_window_get_editor (window);
  GtkWidget *group = bb_test_find (window, BB_TYPE_LOGO_GROUP, NULL, NULL);
  AdwComboRow *places = ADW_COMBO_ROW (bb_test_find (group, ADW_TYPE_COMBO_ROW, NULL, NULL));
  GtkWidget *remove = bb_test_find (group, GTK_TYPE_BUTTON, "tooltip-text", "Remove");

  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (places)));
  g_assert_false (gtk_widget_get_visible (remove));
  g_assert_true (bb_test_shows (group, "None"));
  bb_test_activate (window, "set-logo", "s", path);
  g_assert_true (bb_test_shows (group, "logo.png"));
  g_assert_true (is_row_shown (group, BB_TYPE_VALUE_ROW, "Margin"));
  g_assert_false (is_row_shown (group, BB_TYPE_VALUE_ROW, "Horizontal Position"));
  assert_shown (window);
  adw_combo_row_set_selected (places, BB_LOGO_FREE);
  g_assert_cmpint (bb_editor_get (editor)->logo_place, ==, BB_LOGO_FREE);
  g_assert_false (is_row_shown (group, BB_TYPE_VALUE_ROW, "Margin"));
  g_assert_true (is_row_shown (group, BB_TYPE_VALUE_ROW, "Horizontal Position"));
  bb_test_activate (window, "set-logo-x", "d", 0.3);
  assert_shown (window);
  g_signal_emit_by_name (remove, "clicked");
  g_assert_cmpstr (bb_editor_get (editor)->logo, ==, "");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (places)));
  assert_shown (window);
  bb_test_activate (window, "undo", NULL);
  g_assert_cmpstr (bb_editor_get (editor)->logo, ==, path);
  /* One that is gone is told, and the picture shown without. */
  bb_test_forget_announced ();
  bb_test_activate (window, "set-logo", "s", "/missing/logo.png");
  BB_TEST_WAIT (bb_test_shows (window, "Cannot read “/missing/logo.png”: there is no such file; "
                                       "choose the picture again"));
  bb_test_activate (window, "reset", NULL);
  bb_test_window_close (window);
}

static void
test_aspect (void)
{
  static const struct {
    const char *aspect;
    int width;
    int height;
  } cases[] = { { "9:16", 1080, 1920 },
                { "4:5", 1080, 1350 },
                { "1:1", 1080, 1080 },
                { "16:9", 1920, 1080 },
                { "2:3", 1080, 1620 } };
  BbWindow *window = bb_test_window_new ();
  const BbRecipeValues *values;
  AdwToggleGroup *toggles;
  BbPicture *picture;

  bb_test_open_clip (window);
  toggles = ADW_TOGGLE_GROUP (bb_test_find (bb_test_find (window, BB_TYPE_FRAME_GROUP, NULL, NULL),
                                            ADW_TYPE_TOGGLE_GROUP, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      bb_test_activate (window, "set-aspect", "s", cases[i].aspect);
      values = bb_editor_get (bb_window_get_editor (window));
      g_assert_cmpint (values->width, ==, cases[i].width);
      g_assert_cmpint (values->height, ==, cases[i].height);
      picture = bb_test_wait_for_picture (window);
      g_assert_cmpfloat_with_epsilon ((double) picture->width / picture->height,
                                      (double) cases[i].width / cases[i].height, 0.02);
      g_assert_cmpstr (adw_toggle_group_get_active_name (toggles), ==,
                       i < 4 ? cases[i].aspect : "custom");
    }
  /* The row, and back. */
  adw_toggle_group_set_active_name (toggles, "1:1");
  values = bb_editor_get (bb_window_get_editor (window));
  g_assert_cmpint (values->width, ==, values->height);
  bb_test_activate (window, "undo", NULL);
  g_assert_cmpstr (adw_toggle_group_get_active_name (toggles), ==, "custom");
  bb_test_window_close (window);
}

/* Rows show the recipe, and change it. */
static void
test_rows (void)
{
  const char *keys[] = { "zoom", "position-x",      "position-y", "corner-radius", "shadow",
                         "blur", "background-zoom", "dim",        "saturation",    "batch" };
  BbWindow *window = new_window ();
  BbEditor *editor = bb_window_get_editor (window);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      GtkWidget *row = bb_test_find (window, BB_TYPE_VALUE_ROW, "key", keys[i]);
      GtkRange *scale = GTK_RANGE (bb_test_find (row, GTK_TYPE_SCALE, NULL, NULL));
      GtkWidget *entry = bb_test_find (row, GTK_TYPE_ENTRY, NULL, NULL);
      GtkAdjustment *adjustment = gtk_range_get_adjustment (scale);
      double upper = gtk_adjustment_get_upper (adjustment);
      double value = gtk_adjustment_get_lower (adjustment) +
                     0.5 * (upper - gtk_adjustment_get_lower (adjustment));
      const BbRecipeField *field = bb_recipe_get_field (keys[i]);
      g_autofree char *text = NULL;
      double number;

      gtk_range_set_value (scale, value);
      number = bb_recipe_values_get_number (bb_editor_get (editor), keys[i]);
      g_assert_cmpfloat_with_epsilon (number, value, 0.51);
      bb_editor_end_step (editor);

      /* The field takes the whole range, and the slider follows. */
      text = g_strdup_printf ("%g", field->maximum);
      if (g_str_has_suffix (gtk_editable_get_text (GTK_EDITABLE (entry)), "%"))
        {
          g_free (text);
          text = g_strdup_printf ("%g %%", field->maximum * 100.0);
        }
      gtk_editable_set_text (GTK_EDITABLE (entry), text);
      g_signal_emit_by_name (entry, "activate");
      g_assert_cmpfloat (bb_recipe_values_get_number (bb_editor_get (editor), keys[i]), ==,
                         field->maximum);
      g_assert_cmpfloat (gtk_range_get_value (scale), ==, field->maximum);
      bb_test_activate (window, "undo", NULL);
      g_assert_cmpfloat (bb_recipe_values_get_number (bb_editor_get (editor), keys[i]), ==, number);
      g_assert_cmpfloat_with_epsilon (gtk_range_get_value (scale), number, 1e-9);

      g_signal_emit_by_name (bb_test_find (row, GTK_TYPE_BUTTON, NULL, NULL), "clicked");
      g_assert_cmpfloat (bb_recipe_values_get_number (bb_editor_get (editor), keys[i]), ==,
                         field->fallback);
    }
  bb_test_window_close (window);
}

/* While it plays: each change with the next frame, none of an older recipe after it, and it goes
 * on. */
typedef struct {
  BbWindow *window;
  guint64 newest;
  guint n;
} Watch;

static void
watch_cb (BbPlayer *player, gpointer user_data)
{
  Watch *watch = user_data;
  BbPicture *picture = bb_player_get_picture (player);
  BbRecipe *recipe = bb_editor_get_recipe (bb_window_get_editor (watch->window));

  g_assert_cmpuint (picture->generation, ==, bb_recipe_get_generation (recipe));
  g_assert_cmpuint (picture->generation, >=, watch->newest);
  watch->newest = picture->generation;
  watch->n++;
}

static void
test_while_playing (void)
{
  BbWindow *window = new_window ();
  BbPlayer *player = bb_window_get_player (window);
  Watch watch = { .window = window };
  const int batches[] = { 1, 128, 32, 1 };

  g_signal_connect (player, "picture", G_CALLBACK (watch_cb), &watch);
  bb_test_activate (window, "play", NULL);
  for (int i = 0; i <= 20; i++)
    {
      bb_test_activate (window, "set-blur", "d", 400.0 * (i <= 10 ? i : 20 - i) / 10.0);
      bb_test_wait_for_picture (window);
    }
  for (int i = 0; i < 4; i++)
    {
      bb_test_activate (window, "set-precision", "s", i % 2 == 0 ? "fp32" : "fp16");
      bb_test_wait_for_picture (window);
    }
  for (guint i = 0; i < G_N_ELEMENTS (batches); i++)
    {
      guint n;

      bb_test_activate (window, "set-batch", "d", (double) batches[i]);
      bb_test_wait_for_picture (window);
      n = watch.n;
      BB_TEST_WAIT (watch.n >= n + 5);
    }
  g_assert_true (bb_player_get_playing (player));
  g_signal_handlers_disconnect_by_data (player, &watch);
  bb_test_window_close (window);
}

static double
get_blur (BbWindow *window, const char *name)
{
  BbPreset *preset = bb_presets_find (bb_window_get_presets (window), name);

  return bb_recipe_get (bb_preset_get_recipe (preset))->blur;
}

static void
test_presets (void)
{
  BbWindow *window = new_window ();
  BbEditor *editor = bb_window_get_editor (window);

  bb_test_activate (window, "set-blur", "d", 77.0);
  bb_test_activate (window, "save-preset", "s", "Seventy-seven");
  bb_test_activate (window, "reset", NULL);
  /* Saving never replaces. */
  bb_test_activate (window, "save-preset", "s", "Seventy-seven");
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 60.0);
  bb_test_activate (window, "apply-preset", "s", "Seventy-seven");
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 77.0);
  g_assert_cmpint (bb_editor_get (editor)->width, ==, WIDTH);
  assert_shown (window);
  bb_test_activate (window, "rename-preset", "(ss)", "Seventy-seven", "77");
  g_assert_nonnull (bb_presets_find (bb_window_get_presets (window), "77"));
  /* Nothing is replaced by who does not say so, and the message is the one that fits. */
  bb_editor_set_number (editor, "blur", 78.0);
  bb_test_activate (window, "save-preset", "s", "77");
  g_assert_true (bb_test_was_announced ("There is a preset “77”: choose another name"));
  g_assert_cmpfloat (get_blur (window, "77"), ==, 77.0);
  bb_test_activate (window, "save-preset", "s", "Plain");
  g_assert_true (bb_test_was_announced ("“Plain” comes with Blurbox: choose another name"));
  adw_toast_overlay_dismiss_all (ADW_TOAST_OVERLAY (
    gtk_widget_get_template_child (GTK_WIDGET (window), BB_TYPE_WINDOW, "preview_toasts")));
  bb_test_activate (window, "delete-preset", "s", "77");
  g_assert_null (bb_presets_find (bb_window_get_presets (window), "77"));
  /* Nor by who takes back that it was deleted, after another one has got its name. */
  BB_TEST_WAIT (bb_test_shows (window, "Preset “77” deleted"));
  bb_test_activate (window, "save-preset", "s", "77");
  bb_test_forget_announced ();
  g_signal_emit_by_name (bb_test_find (window, GTK_TYPE_BUTTON, "label", "_Undo"), "clicked");
  g_assert_true (bb_test_was_announced ("There is a preset “77”: choose another name"));
  g_assert_cmpfloat (get_blur (window, "77"), ==, 78.0);
  bb_test_activate (window, "delete-preset", "s", "77");
  bb_test_activate (window, "apply-preset", "s", "77");
  g_assert_cmpfloat (bb_editor_get (editor)->blur, ==, 78.0);
  bb_test_window_close (window);
}

/* A name that is taken is said while it is typed, and nothing is overwritten unasked. */
static void
test_preset_names (void)
{
  BbWindow *window = new_window ();
  GtkWidget *popover = bb_test_find (window, BB_TYPE_PRESET_POPOVER, NULL, NULL);
  g_autoptr (BbPreset) shipped = NULL;
  AdwAlertDialog *dialog;
  GtkEditable *entry;
  GtkWidget *button;

  bb_test_activate (window, "save-preset", "s", "Mine");
  shipped = g_list_model_get_item (G_LIST_MODEL (bb_window_get_presets (window)), 0);
  gtk_popover_popup (GTK_POPOVER (popover));
  BB_TEST_WAIT (
    (button = bb_test_find (popover, GTK_TYPE_BUTTON, "label", "_Save Current Settings…")) != NULL);
  g_signal_emit_by_name (button, "clicked");
  BB_TEST_WAIT (bb_test_get_dialog (window) != NULL);
  dialog = ADW_ALERT_DIALOG (bb_test_get_dialog (window));
  entry = GTK_EDITABLE (adw_alert_dialog_get_extra_child (dialog));
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "save"));
  gtk_editable_set_text (entry, bb_preset_get_name (shipped));
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "save"));
  g_assert_cmpstr (adw_alert_dialog_get_body (dialog), ==,
                   "A preset of that name comes with Blurbox: choose another name");
  gtk_editable_set_text (entry, "Mine");
  g_assert_true (adw_alert_dialog_get_response_enabled (dialog, "save"));
  g_assert_cmpstr (adw_alert_dialog_get_response_label (dialog, "save"), ==, "_Replace");
  g_assert_cmpint (adw_alert_dialog_get_response_appearance (dialog, "save"), ==,
                   ADW_RESPONSE_DESTRUCTIVE);
  gtk_editable_set_text (entry, "Another");
  g_assert_cmpstr (adw_alert_dialog_get_response_label (dialog, "save"), ==, "_Save");
  g_assert_cmpstr (adw_alert_dialog_get_body (dialog), ==, "");
  adw_dialog_force_close (ADW_DIALOG (dialog));
  bb_test_activate (window, "delete-preset", "s", "Mine");
  bb_test_window_close (window);
}

static GtkWidget *
get_preset_row (GtkWidget *popover, const char *name)
{
  return gtk_widget_get_ancestor (bb_test_find (popover, GTK_TYPE_LABEL, "label", name),
                                  GTK_TYPE_LIST_BOX_ROW);
}

static const char *
get_mark (GtkWidget *popover, const char *name)
{
  GtkWidget *label = bb_test_find_css (get_preset_row (popover, name), "caption");

  return gtk_widget_get_visible (label) ? gtk_label_get_text (GTK_LABEL (label)) : NULL;
}

/* What the picture of a preset has at its very corner, where there is background; %FALSE before there is
 * one. */
static gboolean
get_corner (GtkWidget *popover, const char *name, guint8 rgb[3])
{
  GtkWidget *picture = bb_test_find (get_preset_row (popover, name), GTK_TYPE_PICTURE, NULL, NULL);
  GdkPaintable *paintable = gtk_picture_get_paintable (GTK_PICTURE (picture));
  g_autofree guint8 *pixels = NULL;

  if (paintable == NULL)
    return FALSE;
  g_assert_cmpint (gdk_paintable_get_intrinsic_height (paintable), ==, 72);
  pixels = download (GDK_TEXTURE (paintable));
  memcpy (rgb, pixels, 3);
  return TRUE;
}

/* Each preset is seen with the clip's frame, and the one that it has is marked, until it is changed. */
static void
test_preset_marks (void)
{
  BbWindow *window = new_window ();
  BbEditor *editor = bb_window_get_editor (window);
  GtkWidget *popover = bb_test_find (window, BB_TYPE_PRESET_POPOVER, NULL, NULL);
  guint8 rgb[3];

  bb_test_activate (window, "set-background", "s", "color");
  bb_test_activate (window, "set-color", "s", "#2040c0");
  bb_test_activate (window, "save-preset", "s", "Blue");
  bb_test_activate (window, "set-blur", "d", 33.0);
  gtk_popover_popup (GTK_POPOVER (popover));
  g_assert_cmpstr (get_mark (popover, "Blue"), ==, "Changed");
  g_assert_cmpstr (get_mark (popover, "Plain"), ==, NULL);
  BB_TEST_WAIT (get_corner (popover, "Blue", rgb));
  g_assert_cmpint (ABS (rgb[0] - 0x20), <=, 3);
  g_assert_cmpint (ABS (rgb[1] - 0x40), <=, 3);
  g_assert_cmpint (ABS (rgb[2] - 0xc0), <=, 3);
  BB_TEST_WAIT (get_corner (popover, "Black Bars", rgb));
  g_assert_cmpint (rgb[0] + rgb[1] + rgb[2], <=, 9);
  /* Marks follow while they are seen. */
  bb_editor_undo (editor);
  g_assert_cmpstr (get_mark (popover, "Blue"), ==, "Active");
  bb_test_activate (window, "apply-preset", "s", "Black Bars");
  g_assert_cmpstr (get_mark (popover, "Black Bars"), ==, "Active");
  g_assert_cmpstr (get_mark (popover, "Blue"), ==, NULL);
  bb_test_activate (window, "set-dim", "d", 0.5);
  g_assert_cmpstr (get_mark (popover, "Black Bars"), ==, "Changed");
  /* What was undone was not changed. */
  bb_editor_undo (editor);
  bb_editor_undo (editor);
  g_assert_cmpstr (get_mark (popover, "Black Bars"), ==, NULL);
  g_assert_cmpstr (get_mark (popover, "Blue"), ==, "Active");
  bb_editor_undo (editor);
  g_assert_cmpstr (get_mark (popover, "Black Bars"), ==, NULL);
  g_assert_cmpstr (get_mark (popover, "Blue"), ==, "Changed");
  gtk_popover_popdown (GTK_POPOVER (popover));
  BB_TEST_WAIT (!gtk_widget_get_visible (popover));
  g_assert_false (get_corner (popover, "Blue", rgb));
  bb_test_activate (window, "delete-preset", "s", "Blue");
  bb_test_window_close (window);
}

/* A preset goes through a file, and the program's own one is exported as well. */
static void
test_preset_files (void)
{
  BbWindow *window = new_window ();
  g_autofree char *path = bb_test_media_path ("Sent.recipe");
  g_autofree char *none = bb_test_media_path ("none.recipe");
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  bb_test_activate (window, "set-blur", "d", 79.0);
  bb_test_activate (window, "save-preset", "s", "Mine");
  bb_test_activate (window, "export-preset-to", "(ss)", "Mine", path);
  g_assert_true (bb_test_was_announced ("“Sent.recipe” was saved"));
  g_assert_true (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (g_key_file_get_double (file, "Blurbox Recipe", "blur", &error), ==, 79.0);
  bb_test_activate (window, "import-preset-from", "s", path);
  g_assert_cmpfloat (get_blur (window, "Sent"), ==, 79.0);
  bb_test_activate (window, "export-preset-to", "(ss)", "Soft and Dark", path);
  bb_test_activate (window, "import-preset-from", "s", path);
  g_assert_true (bb_test_was_announced ("Preset “Sent 2” saved"));
  g_assert_cmpfloat (get_blur (window, "Sent"), ==, 79.0);
  g_assert_cmpfloat (get_blur (window, "Sent 2"), ==, 160.0);
  bb_test_forget_announced ();
  bb_test_activate (window, "export-preset-to", "(ss)", "Nobody’s", none);
  g_assert_true (bb_test_was_announced ("There is no preset of that name"));
  bb_test_activate (window, "import-preset-from", "s", none);
  g_assert_false (g_file_test (none, G_FILE_TEST_EXISTS));
  g_assert_null (bb_presets_find (bb_window_get_presets (window), "none"));
  bb_test_activate (window, "delete-preset", "s", "Sent");
  bb_test_activate (window, "delete-preset", "s", "Sent 2");
  bb_test_activate (window, "delete-preset", "s", "Mine");
  bb_test_window_close (window);
}

static void
add_tests (void)
{
  g_test_add_func ("/tuning/numbers", test_numbers);
  g_test_add_func ("/tuning/words", test_words);
  g_test_add_func ("/tuning/backgrounds", test_backgrounds);
  g_test_add_func ("/tuning/logo", test_logo);
  g_test_add_func ("/tuning/aspect", test_aspect);
  g_test_add_func ("/tuning/rows", test_rows);
  g_test_add_func ("/tuning/while-playing", test_while_playing);
  g_test_add_func ("/tuning/presets", test_presets);
  g_test_add_func ("/tuning/preset-names", test_preset_names);
  g_test_add_func ("/tuning/preset-marks", test_preset_marks);
  g_test_add_func ("/tuning/preset-files", test_preset_files);
}

int
main (int argc, char **argv)
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
