/* bb-cuda.c: the NVIDIA driver, opened at run time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nothing is linked: one program runs with and without a driver.
 */

#include "config.h"

#include "bb-cuda.h"

#include "bb-error.h"
#include "bb-phases.h"

#include <glib/gi18n-lib.h>
#include <dlfcn.h>

static GMutex lock;
static void *library; /* under the lock; never closed, since streams of FFmpeg may outlive us */
static BbCuda table;
static gboolean complete;

/* What a failure asks its user to do. */
static const struct {
  CUresult result;
  const char *advice;
} advice_table[] = {
  { CUDA_ERROR_OUT_OF_MEMORY,
    N_("choose a smaller batch or canvas, or close other programs that use the GPU") },
  { CUDA_ERROR_STUB_LIBRARY, N_("the library found is a stub of the CUDA toolkit: take its folder "
                                "out of LD_LIBRARY_PATH, and install the NVIDIA driver") },
  { CUDA_ERROR_DEVICE_UNAVAILABLE,
    N_("another program has the GPU for itself: end it, or set the compute mode to default") },
  { CUDA_ERROR_NO_DEVICE, N_("no NVIDIA GPU is visible: check that it is plugged in, that the "
                             "kernel module nvidia is loaded, and CUDA_VISIBLE_DEVICES") },
  { CUDA_ERROR_INVALID_DEVICE, N_("choose a GPU that --list-devices shows") },
  { CUDA_ERROR_DEVICE_NOT_LICENSED,
    N_("the virtual GPU has no license: ask who runs the host") },
  { CUDA_ERROR_INVALID_IMAGE, N_("update the NVIDIA driver") },
  /* Translators: kernels are programs that run on a GPU */
  { CUDA_ERROR_NO_BINARY_FOR_GPU, N_("the kernels have no code for this GPU: update the NVIDIA "
                                     "driver, or choose the CPU as the device") },
  { CUDA_ERROR_UNSUPPORTED_PTX_VERSION, N_("update the NVIDIA driver") },
  { CUDA_ERROR_ECC_UNCORRECTABLE,
    N_("the GPU's memory is damaged: restart the computer, and have the GPU checked") },
  { CUDA_ERROR_OPERATING_SYSTEM, N_("check the permissions of /dev/nvidia*") },
  { CUDA_ERROR_LAUNCH_TIMEOUT, N_("choose a smaller batch") },
  { CUDA_ERROR_SYSTEM_NOT_READY, N_("start NVIDIA's fabric manager, or wait until it is ready") },
  /* Translators: the kernel module is Linux's */
  { CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, N_("the kernel module and the library of the driver are of "
                                          "different versions: restart the computer") },
  { CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE, N_("remove the CUDA compatibility package") },
  { CUDA_ERROR_UNKNOWN, N_("load the kernel module nvidia_uvm (“sudo modprobe nvidia_uvm”); after "
                           "a suspend, unload it first") },
};

/* Not all of the driver's failures are the GPU's own. */
static const char *
find_advice (CUresult result)
{
  for (gsize i = 0; i < G_N_ELEMENTS (advice_table); i++)
    if (advice_table[i].result == result)
      return _(advice_table[i].advice);
  return _("start the program again, or choose the CPU as the device");
}

/**
 * bb_cuda_check:
 * @result: what a function of the driver returned
 * @what: what was being done, such as `copying frames`, marked by N_() where people may see it
 * @error: return location for an error
 *
 * Turns a failure into a sentence with the driver's name and text of it, and what to do.
 *
 * Returns: whether @result is success; else %BB_ERROR_MEMORY where the GPU's memory did not
 *   suffice, and %BB_ERROR_DEVICE for everything else
 */
gboolean
bb_cuda_check (CUresult result, const char *what, GError **error)
{
  const char *name = NULL;
  const char *text = NULL;
  g_autofree char *number = NULL;

  if (result == CUDA_SUCCESS)
    return TRUE;
  if (table.get_error_name == NULL || table.get_error_name (result, &name) != CUDA_SUCCESS ||
      name == NULL)
    name = number = g_strdup_printf (_("error %d"), result);
  if (table.get_error_string == NULL || table.get_error_string (result, &text) != CUDA_SUCCESS ||
      text == NULL)
    text = _("the driver has no text for it");
  g_set_error (error, BB_ERROR,
               result == CUDA_ERROR_OUT_OF_MEMORY ? BB_ERROR_MEMORY : BB_ERROR_DEVICE,
               /* Translators: what was being done, such as “opening the GPU”; the name of an
                * error, such as CUDA_ERROR_OUT_OF_MEMORY; what it means; and what to do, a
                * clause without a full stop */
               _("The NVIDIA driver failed (%s): %s (%s); %s"), _(what), name, text,
               find_advice (result));
  return FALSE;
}

/**
 * bb_cuda_find_symbol:
 * @name: a function's name without its version, such as `cuMemAlloc`
 * @version: version of the signature that is wanted, such as 3020
 * @symbol: name that the library exports it by, such as `cuMemAlloc_v2`
 *
 * Finds a function of the driver, by cuGetProcAddress() where the driver has it, so that the
 * signature is the one asked for whatever later versions export.
 *
 * Returns: (nullable): the function, or %NULL where bb_cuda_get() failed or the driver has none
 */
gpointer
bb_cuda_find_symbol (const char *name, int version, const char *symbol)
{
  PFN_cuGetProcAddress_v12000 get;
  CUdriverProcAddressQueryResult status;
  void *function = NULL;

  if (library == NULL)
    return NULL;
  get = (PFN_cuGetProcAddress_v12000) dlsym (library, "cuGetProcAddress_v2");
  if (get != NULL &&
      get (name, &function, version, CU_GET_PROC_ADDRESS_DEFAULT, &status) == CUDA_SUCCESS &&
      function != NULL)
    return function;
  return dlsym (library, symbol);
}

static gboolean
load (GError **error)
{
  if (library == NULL)
    library = dlopen ("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL)
    {
      g_debug ("%s", dlerror ());
      g_set_error_literal (error, BB_ERROR, BB_ERROR_DEVICE,
                           _("There is no NVIDIA driver here (libcuda.so.1): install it to use an "
                             "NVIDIA GPU, or choose the CPU as the device"));
      return FALSE;
    }
#define BB_CUDA_LOAD(member, name, version, symbol)                                                \
  table.member = (PFN_##name##_v##version) bb_cuda_find_symbol (#name, version, #symbol);          \
  if (table.member == NULL)                                                                        \
    {                                                                                              \
      g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,                                               \
                   _("The NVIDIA driver is too old: it has no %s; update it"), #name);             \
      return FALSE;                                                                                \
    }
  BB_CUDA_FUNCTIONS (BB_CUDA_LOAD)
#undef BB_CUDA_LOAD
  return TRUE;
}

/**
 * bb_cuda_get:
 * @error: return location for an error
 *
 * Opens the driver and initialises it: milliseconds to seconds, so never on a thread that draws.
 * A failure is not final: a module that is loaded meanwhile makes the next call succeed.
 *
 * Returns: (transfer none): the driver's functions, or %NULL with %BB_ERROR_DEVICE
 */
const BbCuda *
bb_cuda_get (GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  int version = 0;
  gint64 begin;

  if (complete)
    return &table;
  begin = bb_phase_begin ();
  if (!load (error) || !bb_cuda_check (table.init (0), N_("starting"), error) ||
      !bb_cuda_check (table.driver_get_version (&version), N_("asking for its version"), error))
    return NULL;
  if (version < BB_CUDA_MIN_VERSION)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,
                   _("The NVIDIA driver is too old: it has CUDA %d.%d, and %d.%d is needed; "
                     "update it"),
                   version / 1000, version % 1000 / 10, BB_CUDA_MIN_VERSION / 1000,
                   BB_CUDA_MIN_VERSION % 1000 / 10);
      return NULL;
    }
  complete = TRUE;
  bb_phase_end (BB_PHASE_DRIVER, begin, 0);
  return &table;
}

/**
 * bb_cuda_get_driver_name:
 *
 * Returns: (transfer full): version of the driver for people, such as `driver 570.86, CUDA 12.8`
 */
char *
bb_cuda_get_driver_name (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GRegex) regex = g_regex_new ("\\s(\\d+\\.\\d+(\\.\\d+)?)\\s", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *release = NULL;
  int version = 0;

  if (table.driver_get_version == NULL || table.driver_get_version (&version) != CUDA_SUCCESS)
    return g_strdup (_("unknown driver"));
  if (g_file_get_contents ("/proc/driver/nvidia/version", &text, NULL, NULL) &&
      g_regex_match (regex, text, 0, &match))
    release = g_match_info_fetch (match, 1);
  if (release != NULL)
    /* Translators: versions of the driver and of CUDA, such as “driver 570.86, CUDA 12.8” */
    return g_strdup_printf (_("driver %s, CUDA %d.%d"), release, version / 1000,
                            version % 1000 / 10);
  return g_strdup_printf ("CUDA %d.%d", version / 1000, version % 1000 / 10);
}
