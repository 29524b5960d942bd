/* bb-encoder.c: the video encoders that Blurbox drives
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-encoder.h"

#include "bb-container.h"
#include "bb-device.h"
#include "bb-error.h"

#include <glib/gi18n-lib.h>
#include <libavcodec/avcodec.h>

static const BbEncoder encoders[] = {
  { "libx264", BB_CODEC_H264, TRUE, FALSE, "crf", 0, 51, 20, "fast" },
  { "libx265", BB_CODEC_HEVC, TRUE, FALSE, "crf", 0, 51, 22, "medium" },
  { "libsvtav1", BB_CODEC_AV1, TRUE, FALSE, "crf", 0, 63, 30, "8" },
  { "h264_nvenc", BB_CODEC_H264, FALSE, TRUE, "cq", 1, 51, 20, "p5" },
  { "hevc_nvenc", BB_CODEC_HEVC, TRUE, TRUE, "cq", 1, 51, 22, "p5" },
  { "av1_nvenc", BB_CODEC_AV1, TRUE, TRUE, "cq", 1, 51, 30, "p5" },
  { "ffv1", BB_CODEC_H264, TRUE, FALSE, NULL, -1, -1, -1, NULL },
  { "none", BB_CODEC_H264, TRUE, FALSE, NULL, -1, -1, -1, NULL },
};

/* Threads that x264 makes use of at most; more cost memory and a little of the quality. */
#define MAX_THREADS 16

/* Largest picture of each codec: H.264 level 6.2, HEVC and AV1 level 7. */
static const gint64 most_samples[] = { 139264 * 256, 142606336, 142606336 };
static const char *const codec_titles[] = { "H.264", "HEVC", "AV1" };

static const char *const x26x_presets[] = { "ultrafast", "superfast", "veryfast", "faster",
                                            "fast",      "medium",    "slow",     "slower",
                                            "veryslow",  "placebo",   NULL };

static gboolean
is_none (const BbEncoder *encoder)
{
  return g_str_equal (encoder->name, "none");
}

static gboolean
is_ffv1 (const BbEncoder *encoder)
{
  return g_str_equal (encoder->name, "ffv1");
}

static gboolean
is_there (const BbEncoder *encoder)
{
  return is_none (encoder) || avcodec_find_encoder_by_name (encoder->name) != NULL;
}

/**
 * bb_encoder_list:
 *
 * Returns: (transfer container) (element-type BbEncoder): the encoders that this FFmpeg has
 */
GPtrArray *
bb_encoder_list (void)
{
  GPtrArray *list = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (encoders); i++)
    if (is_there (&encoders[i]))
      g_ptr_array_add (list, (gpointer) &encoders[i]);
  return list;
}

/**
 * bb_encoder_get_presets:
 * @encoder: an encoder
 *
 * Returns: (transfer full): the presets that it has, the fastest first; none where it has no presets
 */
GStrv
bb_encoder_get_presets (const BbEncoder *encoder)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  if (g_str_has_prefix (encoder->name, "libx26"))
    g_strv_builder_addv (names, (const char **) x26x_presets);
  else if (g_str_equal (encoder->name, "libsvtav1"))
    for (int i = 13; i >= 0; i--)
      g_strv_builder_take (names, g_strdup_printf ("%d", i));
  else if (g_str_has_suffix (encoder->name, "_nvenc"))
    for (int i = 1; i <= 7; i++)
      g_strv_builder_take (names, g_strdup_printf ("p%d", i));
  return g_strv_builder_end (names);
}

static const BbEncoder *
find_by_name (const char *name, GError **error)
{
  g_autoptr (GPtrArray) list = bb_encoder_list ();
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const BbEncoder *encoder = list->pdata[i];

      if (g_str_equal (encoder->name, name))
        return encoder;
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", encoder->name);
    }
  g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
               /* Translators: the name of an encoder, and a list of such names */
               _ ("There is no encoder “%s” here: choose auto or one of %s"), name, names->str);
  return NULL;
}

static gboolean
check_quality (const BbEncoder *encoder, const BbRecipeValues *values, GError **error)
{
  if (values->quality == -1)
    return TRUE;
  if (encoder->quality_option == NULL)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                   _ ("The encoder %s has no quality to set: leave it out"), encoder->name);
      return FALSE;
    }
  if (values->quality >= encoder->quality_min && values->quality <= encoder->quality_max)
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
               /* Translators: a number, the name of an encoder, and two numbers */
               _ ("Quality %d is out of range for %s: choose %d (best) to %d"), values->quality,
               encoder->name, encoder->quality_min, encoder->quality_max);
  return FALSE;
}

static gboolean
check_preset (const BbEncoder *encoder, const BbRecipeValues *values, GError **error)
{
  const char *preset = values->preset;
  char *rest = NULL;

  if (*preset == '\0')
    return TRUE;
  if (encoder->preset == NULL)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                   _ ("The encoder %s has no presets: leave it out"), encoder->name);
      return FALSE;
    }
  if (g_str_has_prefix (encoder->name, "libx26") && !g_strv_contains (x26x_presets, preset))
    {
      g_autofree char *names = g_strjoinv (", ", (char **) x26x_presets);

      /* Translators: the names of an encoder and of a preset, and a list of such presets */
      g_set_error (error, BB_ERROR, BB_ERROR_ENCODER, _ ("%s has no preset “%s”: choose one of %s"),
                   encoder->name, preset, names);
      return FALSE;
    }
  if (g_str_equal (encoder->name, "libsvtav1") &&
      (g_ascii_strtoll (preset, &rest, 10) < 0 || g_ascii_strtoll (preset, NULL, 10) > 13 ||
       *rest != '\0'))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                   _ ("libsvtav1 has no preset “%s”: choose a number from 0 (slowest) to 13"),
                   preset);
      return FALSE;
    }
  return TRUE;
}

/**
 * bb_encoder_choose:
 * @recipe: what to make
 * @error: return location for an error
 *
 * Chooses the encoder of a recipe, and checks that quality and preset are ones that it has.
 *
 * Returns: the encoder, or %NULL with %BB_ERROR_ENCODER
 */
const BbEncoder *
bb_encoder_choose (const BbRecipe *recipe, GError **error)
{
  static const char *const defaults[] = { "libx264", "libx265", "libsvtav1" };
  const BbRecipeValues *values = bb_recipe_get (recipe);
  const char *name =
    g_str_equal (values->encoder, "auto") ? defaults[values->codec] : values->encoder;
  const BbEncoder *encoder = find_by_name (name, error);

  if (encoder == NULL || !check_quality (encoder, values, error) ||
      !check_preset (encoder, values, error))
    return NULL;
  return encoder;
}

/**
 * bb_encoder_get_threads:
 * @encoder: an encoder
 *
 * Returns: how many threads suit it on this machine, for #BbEncoderPins. What x264, x265 and FFmpeg
 *   make depends on their number, so that it is chosen once for all parts of a video
 */
int
bb_encoder_get_threads (const BbEncoder *encoder)
{
  int n_processors = (int) g_get_num_processors ();

  /* x264's own choice. */
  if (g_str_equal (encoder->name, "libx264"))
    return CLAMP (n_processors * 3 / 2, 1, MAX_THREADS);
  return CLAMP (n_processors, 1, MAX_THREADS);
}

/**
 * bb_encoder_check_container:
 * @encoder: an encoder
 * @path: (nullable): name of the target; its extension names the container
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_ENCODER where the container cannot hold what the encoder
 *   makes
 */
gboolean
bb_encoder_check_container (const BbEncoder *encoder, const char *path, GError **error)
{
  if (is_none (encoder))
    return TRUE;
  if (path != NULL)
    return bb_container_check (path, avcodec_find_encoder_by_name (encoder->name)->id, error);
  g_set_error_literal (error, BB_ERROR, BB_ERROR_ENCODER,
                       _ ("There is no name for the finished file: give one"));
  return FALSE;
}

/**
 * bb_encoder_choose_on_gpu:
 * @recipe: what to make
 *
 * Finds the GPU's encoder for a recipe that leaves the choice to us. A preset or a quality that it
 * does not have is meant for another one.
 *
 * Returns: (nullable): an encoder that takes frames in the GPU's memory, or %NULL
 */
const BbEncoder *
bb_encoder_choose_on_gpu (const BbRecipe *recipe)
{
  const BbRecipeValues *values = bb_recipe_get (recipe);

  if (!g_str_equal (values->encoder, "auto"))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (encoders); i++)
    {
      const BbEncoder *encoder = &encoders[i];
      g_auto (GStrv) presets = NULL;

      if (!encoder->on_gpu || encoder->codec != values->codec || !is_there (encoder))
        continue;
      presets = bb_encoder_get_presets (encoder);
      if ((*values->preset == '\0' ||
           g_strv_contains ((const char *const *) presets, values->preset)) &&
          check_quality (encoder, values, NULL))
        return encoder;
    }
  return NULL;
}

static gboolean
check_size (const BbEncoder *encoder, const BbFormat *format, GError **error)
{
  int odd_x = format->width & ((1 << format->chroma_shift_x) - 1);
  int odd_y = format->height & ((1 << format->chroma_shift_y) - 1);

  if (is_none (encoder))
    return TRUE;
  if (odd_x != 0 || odd_y != 0)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                   _ ("A canvas of %d×%d does not go with the video's color subsampling: choose "
                      "even numbers, such as %d×%d"),
                   format->width, format->height, format->width + odd_x, format->height + odd_y);
      return FALSE;
    }
  if (!is_ffv1 (encoder) && (gint64) format->width * format->height > most_samples[encoder->codec])
    {
      g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                   /* Translators: width, height, a codec such as H.264, and millions of pixels */
                   _ ("A canvas of %d×%d is larger than %s allows (%.0f million pixels): choose a "
                      "smaller one"),
                   format->width, format->height, codec_titles[encoder->codec],
                   (double) most_samples[encoder->codec] / 1e6);
      return FALSE;
    }
  return TRUE;
}

/**
 * bb_encoder_get_input:
 * @encoder: an encoder
 * @recipe: what to make
 * @source: what is known of the source
 * @memory: where finished frames are
 * @input: (out caller-allocates): what to hand to the encoder
 * @error: return location for an error
 *
 * Says what an encoder gets. Colours, range and depth are the source's where the codec can carry
 * them. H.264, HEVC and AV1 are made in 4:2:0, which every player plays; `ffv1` and `none` keep the
 * source's subsampling. PQ and HLG go to HEVC, AV1 and ffv1 as they are; H.264 is delivered in 8 bit,
 * so that they are tone-mapped for it. A GPU's encoder takes frames that are in its memory as they
 * are.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_ENCODER where the size does not suit the encoder
 */
gboolean
bb_encoder_get_input (const BbEncoder *encoder, const BbRecipe *recipe, const BbSourceInfo *source,
                      BbMemory memory, BbEncoderInput *input, GError **error)
{
  const BbRecipeValues *values = bb_recipe_get (recipe);
  gboolean lossless = is_none (encoder) || is_ffv1 (encoder);
  BbFormat *format = &input->format;

  *format = source->format;
  format->width = values->width;
  format->height = values->height;
  if (!lossless)
    {
      format->chroma_shift_x = format->chroma_shift_y = 1;
      if (!encoder->deep)
        format->depth = 8;
    }
  input->tone_map = source->hdr && !lossless && (encoder->codec == BB_CODEC_H264 || !encoder->deep);
  if (input->tone_map)
    {
      format->depth = 8;
      format->full_range = FALSE;
      format->matrix = AVCOL_SPC_BT709;
      format->primaries = AVCOL_PRI_BT709;
      format->transfer = AVCOL_TRC_BT709;
      format->chroma_location = AVCHROMA_LOC_LEFT;
    }
  input->memory = encoder->on_gpu ? memory : BB_MEMORY_HOST;
  format->interleaved = input->memory == BB_MEMORY_DEVICE;
  return check_size (encoder, format, error);
}
