/* bb-recipe.h: what to make of a video
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * BbBackground:
 * @BB_BACKGROUND_BLUR: a blurred copy of the picture that covers the canvas
 * @BB_BACKGROUND_COLOR: one color
 * @BB_BACKGROUND_GRADIENT: from one color to another
 * @BB_BACKGROUND_PICTURE: a picture of a file, which covers the canvas, blurred or not
 * @BB_BACKGROUND_MIRROR: the picture mirrored at its edges, again and again, blurred or not
 *
 * What is around the picture.
 */
typedef enum {
  BB_BACKGROUND_BLUR,
  BB_BACKGROUND_COLOR,
  BB_BACKGROUND_GRADIENT,
  BB_BACKGROUND_PICTURE,
  BB_BACKGROUND_MIRROR,
} BbBackground;

/**
 * BbLogoPlace:
 * @BB_LOGO_TOP_LEFT: in the upper left corner, with a margin
 * @BB_LOGO_TOP_RIGHT: in the upper right corner
 * @BB_LOGO_BOTTOM_LEFT: in the lower left corner
 * @BB_LOGO_BOTTOM_RIGHT: in the lower right corner
 * @BB_LOGO_FREE: where the recipe says
 *
 * Where the logo is on the canvas.
 */
typedef enum {
  BB_LOGO_TOP_LEFT,
  BB_LOGO_TOP_RIGHT,
  BB_LOGO_BOTTOM_LEFT,
  BB_LOGO_BOTTOM_RIGHT,
  BB_LOGO_FREE,
} BbLogoPlace;

typedef enum { BB_PRECISION_FP16, BB_PRECISION_FP32, BB_PRECISION_AUTO } BbPrecision;
typedef enum { BB_CODEC_H264, BB_CODEC_HEVC, BB_CODEC_AV1 } BbCodec;
typedef enum { BB_AUDIO_COPY, BB_AUDIO_ENCODE, BB_AUDIO_NONE } BbAudio;

/** Quarter turns clockwise */
typedef enum { BB_ROTATE_0, BB_ROTATE_90, BB_ROTATE_180, BB_ROTATE_270 } BbRotate;

/**
 * BbMirror:
 * @BB_MIRROR_NONE: as it is
 * @BB_MIRROR_HORIZONTAL: left and right are swapped
 * @BB_MIRROR_VERTICAL: top and bottom are swapped
 * @BB_MIRROR_BOTH: the two
 *
 * How the turned picture is mirrored.
 */
typedef enum {
  BB_MIRROR_NONE,
  BB_MIRROR_HORIZONTAL = 1 << 0,
  BB_MIRROR_VERTICAL = 1 << 1,
  BB_MIRROR_BOTH = BB_MIRROR_HORIZONTAL | BB_MIRROR_VERTICAL,
} BbMirror;

/** A batch of the size that suits the device */
#define BB_BATCH_AUTO 0

/**
 * BbRecipeValues:
 * @width: canvas width in pixels, 2 to 16384
 * @height: canvas height in pixels, 2 to 16384
 * @zoom: size of the foreground, from 0 (fitted into the canvas) to 1 (fills it), up to 8 (eight times as
 *   large as that) and down to -0.9 (a tenth of fitted), see bb_framing_get_scale()
 * @position_x: foreground's centre, to the right of the canvas' centre, as a part of the canvas' or the
 *   foreground's width, whichever is larger; what fills the canvas never leaves a part of it free
 * @position_y: foreground's centre, below the canvas' centre, as a part of the larger height
 * @offset_x: canvas pixels that the foreground is further right, wherever that is
 * @offset_y: canvas pixels that it is further down
 * @rotate: quarter turns of the upright source, clockwise
 * @mirror: how the source is mirrored after that
 * @crop_left: part of the upright source's width, before it is turned, that is left out on its left
 * @crop_top: part of its height that is left out at its top
 * @crop_right: part of its width that is left out on its right
 * @crop_bottom: part of its height that is left out at its bottom
 * @corner_radius: radius of the foreground's corners in canvas pixels
 * @shadow: strength of the foreground's shadow, 0 (none) to 1
 * @background: what is around the picture
 * @color: the color, or the gradient's first, 0xRRGGBB in sRGB
 * @gradient_color: the gradient's second color
 * @gradient_angle: where the gradient goes, 0 to 360 degrees: 0 up, 90 to the right, 180 down
 * @picture: file of the background's picture, an absolute path; empty for none
 * @blur: blur radius r in canvas pixels, 0 to 1000; the gaussian has sigma r / 2
 * @background_zoom: size of the background, 1 (just covers the canvas) to 8; not of a mirrored one
 * @dim: how far the background goes to black, 0 to 1
 * @saturation: factor on the background's chroma, 0 to 2
 * @logo: file of the logo, an absolute path; empty for none
 * @logo_place: where it is
 * @logo_x: with %BB_LOGO_FREE its centre, 0 (left edge of the canvas) to 1 (right edge)
 * @logo_y: the same from the top, 0 to 1
 * @logo_margin: its distance from the edges of its corner, as a part of the canvas' shorter side, 0
 *   to 0.5
 * @logo_size: its width as a part of the canvas', 0.01 to 1
 * @logo_opacity: how much of it is seen, 0 to 1
 * @start: first instant of the trim, nanoseconds from the beginning of the source
 * @end: end of the trim (exclusive), nanoseconds from the beginning of the source; -1 is its end
 * @batch: frames a batch, 1 to 256, or %BB_BATCH_AUTO
 * @precision: how intermediate samples are stored. Sums are FP32; but with %BB_PRECISION_FP16, on a
 *   GPU, from 8 bit to 8 bit, those of up to 16 taps for what is not blurred are FP16
 * @device: `auto`, `cpu` or `cuda:N`; several GPUs with commas between, which a render uses in turn
 * @codec: video codec where @encoder is `auto`
 * @encoder: `auto`, an encoder by FFmpeg's name, `ffv1`, or `none` (nothing is written)
 * @quality: the encoder's own CRF or CQ; -1 is its default here
 * @preset: the encoder's own preset; an empty string is its default here
 * @audio: what becomes of the sound
 *
 * The values of a recipe, to be filled in and handed to bb_recipe_new().
 */
typedef struct {
  int width;
  int height;
  double zoom;
  double offset_x;
  double offset_y;
  double position_x;
  double position_y;
  BbRotate rotate;
  BbMirror mirror;
  double crop_left;
  double crop_top;
  double crop_right;
  double crop_bottom;
  double corner_radius;
  double shadow;
  BbBackground background;
  guint32 color;
  guint32 gradient_color;
  double gradient_angle;
  const char *picture;
  double blur;
  double background_zoom;
  double dim;
  double saturation;
  const char *logo;
  BbLogoPlace logo_place;
  double logo_x;
  double logo_y;
  double logo_margin;
  double logo_size;
  double logo_opacity;
  gint64 start;
  gint64 end;
  int batch;
  BbPrecision precision;
  const char *device;
  BbCodec codec;
  const char *encoder;
  int quality;
  const char *preset;
  BbAudio audio;
} BbRecipeValues;

/**
 * BbRecipePart:
 * @BB_RECIPE_LOOK: canvas, corners, shadow and background: what clips of one series have in common
 * @BB_RECIPE_FRAMING: where the picture is on the canvas, and what of it is seen
 * @BB_RECIPE_TRIM: the part of the source that is used
 * @BB_RECIPE_OUTPUT: what kind of file is made
 * @BB_RECIPE_WORK: how the device works
 * @BB_RECIPE_ALL: all of them
 *
 * What a value of a recipe belongs to.
 */
typedef enum {
  BB_RECIPE_LOOK = 1 << 0,
  BB_RECIPE_FRAMING = 1 << 1,
  BB_RECIPE_TRIM = 1 << 2,
  BB_RECIPE_OUTPUT = 1 << 3,
  BB_RECIPE_WORK = 1 << 4,
  BB_RECIPE_ALL = (1 << 5) - 1,
} BbRecipePart;

/**
 * BbRecipe:
 *
 * What to make: an immutable, reference-counted value. Preview, window render and command line
 * read the same type; a preset is a saved recipe. Each recipe made in a process has a generation
 * number of its own, larger than that of every recipe made before it.
 */
typedef struct _BbRecipe BbRecipe;

#define BB_TYPE_RECIPE (bb_recipe_get_type ())
GType bb_recipe_get_type (void);

void bb_recipe_values_init (BbRecipeValues *values);
void bb_recipe_values_settle (BbRecipeValues *values, gboolean gpu);
gboolean bb_recipe_values_parse (BbRecipeValues *values, const char *key, const char *text,
                                 GError **error);
gboolean bb_recipe_values_parse_in (BbRecipeValues *values, const char *key, const char *text,
                                    const char *folder, GError **error);
char *bb_recipe_values_format (const BbRecipeValues *values, const char *key);
char *bb_recipe_values_format_in (const BbRecipeValues *values, const char *key,
                                  const char *folder);
const char *bb_recipe_get_key (guint i, BbRecipePart *part);
void bb_recipe_values_copy_parts (BbRecipeValues *to, const BbRecipeValues *from,
                                  BbRecipePart parts);
gboolean bb_recipe_values_equal_parts (const BbRecipeValues *a, const BbRecipeValues *b,
                                       BbRecipePart parts);
BbRecipe *bb_recipe_new (const BbRecipeValues *values, GError **error);
BbRecipe *bb_recipe_ref (BbRecipe *recipe);
void bb_recipe_unref (BbRecipe *recipe);
const BbRecipeValues *bb_recipe_get (const BbRecipe *recipe);
guint64 bb_recipe_get_generation (const BbRecipe *recipe);
gboolean bb_recipe_equal (const BbRecipe *a, const BbRecipe *b);

BbRecipe *bb_recipe_new_from_file (GFile *file, GError **error);
BbRecipe *bb_recipe_new_from_string (const char *text, GError **error);
char *bb_recipe_to_string (const BbRecipe *recipe);
gboolean bb_recipe_save (const BbRecipe *recipe, GFile *file, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbRecipe, bb_recipe_unref)

/**
 * BbRecipeField:
 * @key: name in the key file, also the command line's long option where there is one
 * @minimum: least value, in @unit
 * @maximum: greatest value, in @unit
 * @fallback: the default
 * @unit: unit, such as `px`, in English; empty for none; people see bb_recipe_field_get_unit()
 *
 * Name, range, default and unit of a numeric value of the recipe: one table for validation, the
 * command line and the window.
 */
typedef struct {
  const char *key;
  double minimum;
  double maximum;
  double fallback;
  const char *unit;
} BbRecipeField;

const BbRecipeField *bb_recipe_get_field (const char *key);
const char *bb_recipe_field_get_unit (const BbRecipeField *field);
double bb_recipe_values_get_number (const BbRecipeValues *values, const char *key);
void bb_recipe_values_set_number (BbRecipeValues *values, const char *key, double number);

G_END_DECLS
