/* gpu-bench.c: measures on a machine with a GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prints Markdown; writes the same as lines of JSON.
 */

#include "bb-device.h"
#include "bb-devices.h"
#include "gpu-bench.h"

#include <locale.h>
#include <stdlib.h>

/**
 * gpu_bench_get_sizes:
 * @bench: what to work with
 * @source: (out caller-allocates): format of the frames that are measured
 * @target: (out caller-allocates): format of what is made of them
 *
 * 1920×1080 to 1080×1920 in 4:2:0 of 8 bit, or less where a processor plays the GPU.
 */
void
gpu_bench_get_sizes (const GpuBench *bench, BbFormat *source, BbFormat *target)
{
  int unit = bench->small ? 12 : 120;

  *source = (BbFormat) { 16 * unit, 9 * unit, 8, 1, 1, FALSE, 1, 1, 1, 1 };
  *target = *source;
  target->width = 9 * unit;
  target->height = 16 * unit;
}

static const char usage[] =
  "picture FOLDER | effect | launch | render CLIP | interop\n\n"
  "  picture   write a picture and what is made of it, for other programs to compare\n"
  "  effect    the effect alone, at several batch sizes and both precisions\n"
  "  launch    one frame: a launch for each kernel, and a graph of them\n"
  "  render    whole renders of a clip, with each encoder\n"
  "  interop   a frame into a texture of GL, on the card and by way of main memory";

int
main (int argc, char **argv)
{
  GpuBench bench = { .device = "auto", .seconds = 1.0 };
  gboolean test_driver = FALSE;
  g_autofree char *device = NULL;
  g_autofree char *json = NULL;
  const GOptionEntry entries[] = {
    { "device", 0, 0, G_OPTION_ARG_STRING, &device, "device (auto)", "ID" },
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &bench.seconds, "how long each figure takes (1)", "N" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &json, "append lines of JSON to a file", "FILE" },
    { "small", 0, 0, G_OPTION_ARG_NONE, &bench.small, "small pictures, few rounds", NULL },
    { "test-driver", 0, 0, G_OPTION_ARG_NONE, &test_driver,
      "the driver for tests plays the card: leave out what a clock says", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbDevice) opened = NULL;
  const char *what;
  const char *name;
  gboolean done = FALSE;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc < 2)
    {
      g_printerr ("gpu-bench: %s\n", error != NULL ? error->message : "say what to measure; see --help");
      return EXIT_FAILURE;
    }
  what = argv[1];
  name = argc > 2 ? argv[2] : NULL;
  if (device != NULL)
    bench.device = device;
  opened = bb_devices_open (bench.device, &error);
  if (opened == NULL)
    {
      g_printerr ("gpu-bench: %s\n", error->message);
      return EXIT_FAILURE;
    }
  bench.report.device = g_strdup (bb_device_get_description (opened));
  bench.report.measured = !test_driver && !g_str_has_prefix (bench.report.device, "cpu");
  bench.report.json = json;
  g_clear_object (&opened);

  if (g_str_equal (what, "picture") && name != NULL)
    done = gpu_bench_picture (&bench, name, &error);
  else if (g_str_equal (what, "effect"))
    done = gpu_bench_effect (&bench, &error);
  else if (g_str_equal (what, "launch"))
    done = gpu_bench_launch (&bench, &error);
  else if (g_str_equal (what, "render") && name != NULL)
    done = gpu_bench_render (&bench, name, &error);
  else if (g_str_equal (what, "interop"))
    done = gpu_bench_interop (&bench, &error);
  else
    g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 "“%s” is nothing to measure, or its file was not named: see --help", what);
  g_free (bench.report.device);
  if (done)
    return EXIT_SUCCESS;
  g_printerr ("gpu-bench: %s\n", error->message);
  return EXIT_FAILURE;
}
