/* bb-cuda-list.c: the cards of this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-cuda-list.h"

#include "bb-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static GMutex lock;
static guint8 preferred[16]; /* under the lock */
static gboolean has_preferred;

static const char *
architecture (int major, int minor)
{
  static const struct {
    int version;
    const char *name;
  } names[] = { { 120, "Blackwell" }, { 100, "Blackwell" }, { 90, "Hopper" }, { 89, "Ada" },
                { 80, "Ampere" },     { 75, "Turing" },     { 70, "Volta" },  { 60, "Pascal" },
                { 50, "Maxwell" } };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (major * 10 + minor >= names[i].version)
      return names[i].name;
  return "Kepler";
}

/**
 * bb_cuda_count_cards:
 * @error: return location for an error
 *
 * Returns: cards that the driver shows, or -1 with %BB_ERROR_DEVICE
 */
int
bb_cuda_count_cards (GError **error)
{
  const BbCuda *cuda = bb_cuda_get (error);
  int n = 0;

  if (cuda == NULL || !bb_cuda_check (cuda->device_get_count (&n), N_("counting the GPUs"), error))
    return -1;
  if (n == 0)
    {
      bb_cuda_check (CUDA_ERROR_NO_DEVICE, N_("counting the GPUs"), error);
      return -1;
    }
  return n;
}

/**
 * bb_cuda_prefer_card:
 * @uuid: a card's UUID, as OpenGL and Vulkan have it too
 *
 * Says which of several cards bb_cuda_device_new_best() tries first. Asks no driver.
 */
void
bb_cuda_prefer_card (const guint8 uuid[16])
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  memcpy (preferred, uuid, sizeof preferred);
  has_preferred = TRUE;
}

/**
 * bb_cuda_find_preferred_card:
 *
 * Returns: number of the card of bb_cuda_prefer_card(), or -1 where there is none
 */
int
bb_cuda_find_preferred_card (void)
{
  const BbCuda *cuda = bb_cuda_get (NULL);
  PFN_cuDeviceGetUuid_v11040 get_uuid =
    (PFN_cuDeviceGetUuid_v11040) bb_cuda_find_symbol ("cuDeviceGetUuid", 11040, "cuDeviceGetUuid_v2");
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  int n = has_preferred && cuda != NULL && get_uuid != NULL ? bb_cuda_count_cards (NULL) : 0;

  for (int i = 0; i < n; i++)
    {
      CUdevice device;
      CUuuid uuid;

      if (cuda->device_get (&device, i) == CUDA_SUCCESS && get_uuid (&uuid, device) == CUDA_SUCCESS &&
          memcmp (uuid.bytes, preferred, sizeof preferred) == 0)
        return i;
    }
  return -1;
}

static void
find_problem (BbCudaCard *card, int compute_mode)
{
  if (card->major * 10 + card->minor < BB_CUDA_MIN_MAJOR * 10 + BB_CUDA_MIN_MINOR)
    card->problem = g_strdup_printf (
      /* Translators: versions of what a GPU is built as */
      _("its architecture %d.%d is too old: %d.%d (GeForce RTX 20, GTX 16 or newer) is needed"),
      card->major, card->minor, BB_CUDA_MIN_MAJOR, BB_CUDA_MIN_MINOR);
  else if (compute_mode == CU_COMPUTEMODE_PROHIBITED)
    card->problem = g_strdup_printf (
      _("its compute mode forbids it: change that by “sudo nvidia-smi -i %d -c DEFAULT”"),
      card->index);
}

/**
 * bb_cuda_card_init:
 * @card: (out caller-allocates): to be cleared by bb_cuda_card_clear()
 * @index: number of a card
 * @error: return location for an error
 *
 * Asks the driver about a card, without waking it.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_DEVICE
 */
gboolean
bb_cuda_card_init (BbCudaCard *card, int index, GError **error)
{
  const BbCuda *cuda = bb_cuda_get (error);
  int n = bb_cuda_count_cards (cuda != NULL ? error : NULL);
  char name[256] = "";
  size_t memory = 0;
  int compute_mode = CU_COMPUTEMODE_DEFAULT;

  *card = (BbCudaCard) { .index = index };
  if (n < 0)
    return FALSE;
  if (index >= n)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,
                   /* Translators: the GPU that was asked for, and how many there are */
                   ngettext ("There is no GPU cuda:%d: there is %d, it is cuda:0",
                             "There is no GPU cuda:%d: there are %d, the first is cuda:0", n),
                   index, n);
      return FALSE;
    }
  if (!bb_cuda_check (cuda->device_get (&card->device, index), N_("finding the GPU"), error) ||
      !bb_cuda_check (cuda->device_get_name (name, sizeof name, card->device),
                      N_("asking for the GPU's name"), error) ||
      !bb_cuda_check (cuda->device_total_mem (&memory, card->device),
                      N_("asking for its memory"), error))
    return FALSE;
  const struct {
    CUdevice_attribute attribute;
    int *value;
  } wanted[] = {
    { CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, &card->major },
    { CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, &card->minor },
    { CU_DEVICE_ATTRIBUTE_COMPUTE_MODE, &compute_mode },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (!bb_cuda_check (
          cuda->device_get_attribute (wanted[i].value, wanted[i].attribute, card->device),
          N_("asking for its architecture"), error))
      return FALSE;
  card->name = g_strdup (name);
  card->memory = memory;
  find_problem (card, compute_mode);
  return TRUE;
}

/**
 * bb_cuda_card_clear:
 * @card: a card
 */
void
bb_cuda_card_clear (BbCudaCard *card)
{
  g_clear_pointer (&card->name, g_free);
  g_clear_pointer (&card->problem, g_free);
}

/**
 * bb_cuda_card_describe:
 * @card: a card
 *
 * Returns: (transfer full): name, memory, architecture and driver, for people
 */
char *
bb_cuda_card_describe (const BbCudaCard *card)
{
  g_autofree char *memory = g_format_size_full (card->memory, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *driver = bb_cuda_get_driver_name ();

  return g_strdup_printf ("%s (%s, %s %d.%d, %s)", card->name, memory,
                          architecture (card->major, card->minor), card->major, card->minor, driver);
}
