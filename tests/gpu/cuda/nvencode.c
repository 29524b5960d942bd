/* nvencode.c: an encoder of GPUs for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A libnvidia-encode.so.1 of our own, beside the libcuda.so.1 of tests/driver/: what FFmpeg's NVENC
 * calls for H.264 and HEVC out of CUDA memory, with libx264 and libx265 doing the work, without loss, so that
 * a test finds in the file what was handed over. The frame is read where and when a GPU would: by
 * pitch and height alone, after the work of the stream that it was told of. Memory that is registered must not be
 * freed before it is unregistered, which FFmpeg does when it closes the encoder.
 *
 * BLURBOX_NVENC_REFUSE=1: there are too many sessions.
 */

#include <cuda.h>

#include <ffnvcodec/nvEncodeAPI.h>

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  CUdeviceptr address;
  size_t pitch;
  size_t width;
  size_t height;
  int deep;
  int mapped;
} Resource;

/* The driver for tests gives no address out twice, so memory at this one is still the same. */
static void
check_live (const Resource *resource)
{
  CUdeviceptr base;
  size_t size;

  if (cuMemGetAddressRange (&base, &size, resource->address) == CUDA_SUCCESS)
    return;
  fprintf (stderr, "encoder for tests: memory was freed that is registered\n");
  abort ();
}

typedef struct {
  AVPacket *packet;
  uint64_t time;
  uint64_t duration;
} Bitstream;

typedef struct {
  AVCodecContext *encoder;
  const AVCodec *codec;
  unsigned char headers[1024];
  size_t n_headers;
  CUstream stream;
  int has_stream;
  int n_resources;
} Session;

static const GUID *
get_codecs (int i)
{
  static const GUID h264 = { 0x6bc82762, 0x4e63, 0x4ca4, { 0xaa, 0x85, 0x1e, 0x50, 0xf3, 0x21, 0xf6, 0xbf } };
  static const GUID hevc = { 0x790cdc88, 0x4522, 0x4d7b, { 0x94, 0x25, 0xbd, 0xa9, 0x97, 0x5f, 0x76, 0x03 } };

  return i == 0 ? &h264 : &hevc;
}

static NVENCSTATUS NVENCAPI
open_session (NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS *params, void **encoder)
{
  if (getenv ("BLURBOX_NVENC_REFUSE") != NULL)
    return NV_ENC_ERR_OUT_OF_MEMORY;
  if (params->deviceType != NV_ENC_DEVICE_TYPE_CUDA || params->device == NULL)
    return NV_ENC_ERR_UNSUPPORTED_DEVICE;
  *encoder = calloc (1, sizeof (Session));
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
get_guid_count (void *encoder, uint32_t *count)
{
  (void) encoder;
  *count = 2;
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
get_guids (void *encoder, GUID *guids, uint32_t size, uint32_t *count)
{
  (void) encoder;
  for (*count = 0; *count < 2 && *count < size; ++*count)
    guids[*count] = *get_codecs ((int) *count);
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
get_caps (void *encoder, GUID codec, NV_ENC_CAPS_PARAM *params, int *value)
{
  (void) encoder;
  switch ((int) params->capsToQuery)
    {
    case NV_ENC_CAPS_WIDTH_MAX:
    case NV_ENC_CAPS_HEIGHT_MAX:
      *value = 4096;
      break;
    case NV_ENC_CAPS_SUPPORT_10BIT_ENCODE:
      *value = memcmp (&codec, get_codecs (1), sizeof codec) == 0;
      break;
    default:
      *value = 0;
      break;
    }
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
get_preset (void *encoder, GUID codec, GUID preset, NV_ENC_TUNING_INFO tuning, NV_ENC_PRESET_CONFIG *config)
{
  (void) encoder;
  (void) codec;
  (void) preset;
  (void) tuning;
  config->presetCfg.gopLength = 30;
  config->presetCfg.frameIntervalP = 1;
  return NV_ENC_SUCCESS;
}

/* Parameter sets, out of another process: FFmpeg has locked the opening of encoders while it opens
 * this one. */
static int
get_headers (Session *self, int hevc)
{
  char line[512];
  unsigned char stream[4096];
  size_t n, at = 0;
  FILE *pipe;

  snprintf (line, sizeof line,
            "ffmpeg -nostdin -v error -f lavfi -i color=s=%dx%d -frames:v 1 -pix_fmt %s -c:v %s -preset ultrafast "
            "-tune zerolatency %s -f %s -",
            self->encoder->width, self->encoder->height,
            self->encoder->pix_fmt == AV_PIX_FMT_YUV420P10 ? "yuv420p10le" : "yuv420p", self->codec->name,
            hevc ? "-x265-params lossless=1:log-level=none:info=0" : "-qp 0", hevc ? "hevc" : "h264");
  pipe = popen (line, "r");
  if (pipe == NULL)
    return 0;
  n = fread (stream, 1, sizeof stream, pipe);
  while (fread (line, 1, sizeof line, pipe) > 0)
    ;
  pclose (pipe);
  /* Up to the first unit that is a picture's. */
  for (size_t i = 0; i + 4 < n; i++)
    if (stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 1)
      {
        int type = hevc ? stream[i + 3] >> 1 & 0x3f : stream[i + 3] & 0x1f;

        if (hevc ? type < 32 || type > 34 : type != 7 && type != 8)
          break;
        at = i + 3;
        while (at + 3 < n && !(stream[at] == 0 && stream[at + 1] == 0 && stream[at + 2] <= 1))
          at++;
      }
  if (at == 0 || at > sizeof self->headers)
    return 0;
  memcpy (self->headers, stream, at);
  self->n_headers = at;
  return 1;
}

static NVENCSTATUS NVENCAPI
initialize (void *encoder, NV_ENC_INITIALIZE_PARAMS *params)
{
  Session *self = encoder;
  int hevc = memcmp (&params->encodeGUID, get_codecs (1), sizeof (GUID)) == 0;
  const NV_ENC_CONFIG *config = params->encodeConfig;
  const NV_ENC_CONFIG_H264_VUI_PARAMETERS *vui = hevc ? &config->encodeCodecConfig.hevcConfig.hevcVUIParameters
                                                      : &config->encodeCodecConfig.h264Config.h264VUIParameters;
  int deep = hevc && config->encodeCodecConfig.hevcConfig.pixelBitDepthMinus8 == 2;
  const AVCodec *codec = avcodec_find_encoder_by_name (hevc ? "libx265" : "libx264");
  AVCodecContext *context = codec != NULL ? avcodec_alloc_context3 (codec) : NULL;

  if (context == NULL)
    return NV_ENC_ERR_UNSUPPORTED_DEVICE;
  self->encoder = context;
  context->width = (int) params->encodeWidth;
  context->height = (int) params->encodeHeight;
  context->pix_fmt = deep ? AV_PIX_FMT_YUV420P10 : AV_PIX_FMT_YUV420P;
  context->time_base = (AVRational) { 1, 1000 };
  context->thread_count = 1;
  if (vui->videoSignalTypePresentFlag)
    context->color_range = vui->videoFullRangeFlag ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  if (vui->colourDescriptionPresentFlag)
    {
      context->color_primaries = (enum AVColorPrimaries) vui->colourPrimaries;
      context->color_trc = (enum AVColorTransferCharacteristic) vui->transferCharacteristics;
      context->colorspace = (enum AVColorSpace) vui->colourMatrix;
    }
  av_opt_set (context->priv_data, "preset", "ultrafast", 0);
  av_opt_set (context->priv_data, "tune", "zerolatency", 0);
  if (hevc)
    av_opt_set (context->priv_data, "x265-params", "lossless=1:log-level=none:frame-threads=1:pools=none", 0);
  else
    av_opt_set (context->priv_data, "qp", "0", 0);
  self->codec = codec;
  return get_headers (self, hevc) ? NV_ENC_SUCCESS : NV_ENC_ERR_UNSUPPORTED_PARAM;
}

static NVENCSTATUS NVENCAPI
set_streams (void *encoder, NV_ENC_CUSTREAM_PTR input, NV_ENC_CUSTREAM_PTR output)
{
  Session *self = encoder;

  (void) output;
  self->stream = *(CUstream *) input;
  self->has_stream = 1;
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
create_bitstream (void *encoder, NV_ENC_CREATE_BITSTREAM_BUFFER *params)
{
  Bitstream *bitstream = calloc (1, sizeof *bitstream);

  (void) encoder;
  bitstream->packet = av_packet_alloc ();
  params->bitstreamBuffer = bitstream;
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
destroy_bitstream (void *encoder, NV_ENC_OUTPUT_PTR buffer)
{
  Bitstream *bitstream = buffer;

  (void) encoder;
  av_packet_free (&bitstream->packet);
  free (bitstream);
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
register_resource (void *encoder, NV_ENC_REGISTER_RESOURCE *params)
{
  Session *self = encoder;
  Resource *resource;

  if (params->resourceType != NV_ENC_INPUT_RESOURCE_TYPE_CUDADEVICEPTR ||
      (params->bufferFormat != NV_ENC_BUFFER_FORMAT_NV12 && params->bufferFormat != NV_ENC_BUFFER_FORMAT_YUV420_10BIT) ||
      params->pitch % 4 != 0)
    return NV_ENC_ERR_UNSUPPORTED_PARAM;
  resource = calloc (1, sizeof *resource);
  resource->address = (CUdeviceptr) params->resourceToRegister;
  resource->pitch = params->pitch;
  resource->width = params->width;
  resource->height = params->height;
  resource->deep = params->bufferFormat == NV_ENC_BUFFER_FORMAT_YUV420_10BIT;
  params->registeredResource = resource;
  self->n_resources++;
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
unregister_resource (void *encoder, NV_ENC_REGISTERED_PTR handle)
{
  Session *self = encoder;
  Resource *resource = handle;

  if (resource->mapped)
    return NV_ENC_ERR_INVALID_CALL;
  check_live (resource);
  self->n_resources--;
  free (resource);
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
map_resource (void *encoder, NV_ENC_MAP_INPUT_RESOURCE *params)
{
  Resource *resource = params->registeredResource;

  (void) encoder;
  if (resource->mapped)
    return NV_ENC_ERR_MAP_FAILED;
  resource->mapped = 1;
  params->mappedResource = resource;
  params->mappedBufferFmt = resource->deep ? NV_ENC_BUFFER_FORMAT_YUV420_10BIT : NV_ENC_BUFFER_FORMAT_NV12;
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
unmap_resource (void *encoder, NV_ENC_INPUT_PTR handle)
{
  Resource *resource = handle;

  (void) encoder;
  if (!resource->mapped)
    return NV_ENC_ERR_RESOURCE_NOT_MAPPED;
  resource->mapped = 0;
  return NV_ENC_SUCCESS;
}

/* A frame of NV12 or P010 in planes. */
static void
split (const Resource *resource, const unsigned char *in, AVFrame *frame)
{
  for (int p = 0; p < 3; p++)
    for (size_t y = 0; y < resource->height / (p > 0 ? 2 : 1); y++)
      for (size_t x = 0; x < resource->width / (p > 0 ? 2 : 1); x++)
        {
          const unsigned char *row = in + (y + (p > 0 ? resource->height : 0)) * resource->pitch;
          unsigned char *out = frame->data[p] + (ptrdiff_t) y * frame->linesize[p];
          size_t at = p > 0 ? 2 * x + (size_t) (p - 1) : x;

          if (resource->deep)
            ((unsigned short *) (void *) out)[x] =
              (unsigned short) (((const unsigned short *) (const void *) row)[at] >> 6);
          else
            out[x] = row[at];
        }
}

static NVENCSTATUS NVENCAPI
encode (void *encoder, NV_ENC_PIC_PARAMS *params)
{
  Session *self = encoder;
  Resource *resource = params->inputBuffer;
  Bitstream *bitstream = params->outputBitstream;
  AVFrame *frame;
  unsigned char *samples;
  size_t size;
  int result;

  if ((params->encodePicFlags & NV_ENC_PIC_FLAG_EOS) != 0)
    return NV_ENC_SUCCESS;
  if (resource == NULL || !resource->mapped || !self->has_stream)
    return NV_ENC_ERR_INVALID_PARAM;
  size = resource->pitch * resource->height * 3 / 2;
  samples = malloc (size);
  if (cuMemcpyDtoHAsync (samples, resource->address, size, self->stream) != CUDA_SUCCESS ||
      cuStreamSynchronize (self->stream) != CUDA_SUCCESS)
    {
      free (samples);
      return NV_ENC_ERR_GENERIC;
    }
  if (!avcodec_is_open (self->encoder) && avcodec_open2 (self->encoder, self->codec, NULL) < 0)
    {
      free (samples);
      return NV_ENC_ERR_GENERIC;
    }
  frame = av_frame_alloc ();
  frame->format = self->encoder->pix_fmt;
  frame->width = self->encoder->width;
  frame->height = self->encoder->height;
  frame->pts = (int64_t) params->inputTimeStamp;
  av_frame_get_buffer (frame, 0);
  split (resource, samples, frame);
  free (samples);
  result = avcodec_send_frame (self->encoder, frame);
  av_frame_free (&frame);
  av_packet_unref (bitstream->packet);
  if (result >= 0)
    result = avcodec_receive_packet (self->encoder, bitstream->packet);
  bitstream->time = params->inputTimeStamp;
  bitstream->duration = params->inputDuration;
  return result >= 0 ? NV_ENC_SUCCESS : NV_ENC_ERR_GENERIC;
}

static NVENCSTATUS NVENCAPI
lock_bitstream (void *encoder, NV_ENC_LOCK_BITSTREAM *params)
{
  Bitstream *bitstream = params->outputBitstream;

  (void) encoder;
  params->bitstreamBufferPtr = bitstream->packet->data;
  params->bitstreamSizeInBytes = (uint32_t) bitstream->packet->size;
  params->outputTimeStamp = bitstream->time;
  params->outputDuration = bitstream->duration;
  params->pictureType =
    (bitstream->packet->flags & AV_PKT_FLAG_KEY) != 0 ? NV_ENC_PIC_TYPE_IDR : NV_ENC_PIC_TYPE_P;
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
unlock_bitstream (void *encoder, NV_ENC_OUTPUT_PTR bitstream)
{
  (void) encoder;
  (void) bitstream;
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
get_sequence_params (void *encoder, NV_ENC_SEQUENCE_PARAM_PAYLOAD *payload)
{
  Session *self = encoder;

  if (self->n_headers > payload->inBufferSize)
    return NV_ENC_ERR_NOT_ENOUGH_BUFFER;
  memcpy (payload->spsppsBuffer, self->headers, self->n_headers);
  *payload->outSPSPPSPayloadSize = (uint32_t) self->n_headers;
  return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI
destroy_encoder (void *encoder)
{
  Session *self = encoder;

  if (self->n_resources != 0)
    abort ();
  avcodec_free_context (&self->encoder);
  free (self);
  return NV_ENC_SUCCESS;
}

static const char *NVENCAPI
get_last_error (void *encoder)
{
  (void) encoder;
  return "no details";
}

NVENCSTATUS NVENCAPI
NvEncodeAPIGetMaxSupportedVersion (uint32_t *version)
{
  *version = NVENCAPI_MAJOR_VERSION << 4 | NVENCAPI_MINOR_VERSION;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS NVENCAPI
NvEncodeAPICreateInstance (NV_ENCODE_API_FUNCTION_LIST *list)
{
  list->nvEncOpenEncodeSessionEx = open_session;
  list->nvEncGetEncodeGUIDCount = get_guid_count;
  list->nvEncGetEncodeGUIDs = get_guids;
  list->nvEncGetEncodeCaps = get_caps;
  list->nvEncGetEncodePresetConfigEx = get_preset;
  list->nvEncInitializeEncoder = initialize;
  list->nvEncSetIOCudaStreams = set_streams;
  list->nvEncCreateBitstreamBuffer = create_bitstream;
  list->nvEncDestroyBitstreamBuffer = destroy_bitstream;
  list->nvEncRegisterResource = register_resource;
  list->nvEncUnregisterResource = unregister_resource;
  list->nvEncMapInputResource = map_resource;
  list->nvEncUnmapInputResource = unmap_resource;
  list->nvEncEncodePicture = encode;
  list->nvEncLockBitstream = lock_bitstream;
  list->nvEncUnlockBitstream = unlock_bitstream;
  list->nvEncGetSequenceParams = get_sequence_params;
  list->nvEncDestroyEncoder = destroy_encoder;
  list->nvEncGetLastErrorString = get_last_error;
  return NV_ENC_SUCCESS;
}
