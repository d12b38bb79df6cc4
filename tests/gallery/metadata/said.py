"""What each program says of a picture, and how that is called here."""

from __future__ import annotations

import json
from typing import Any

PROMPT = "a sausage dog, grün 🐕"
NEGATIVE = "cat, blurry"

A1111 = (
    f"{PROMPT}\nNegative prompt: {NEGATIVE}\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, "
    "CFG scale: 6.5, Seed: 4294967295, Size: 832x1216, Model hash: 31e35c80fc, Model: sd_xl, "
    'Lora hashes: "a: 1, b: 2", Version: {0}'
)
A1111_PARAMETERS = {
    "Steps": "20",
    "Sampler": "DPM++ 2M",
    "Schedule type": "Karras",
    "CFG scale": "6.5",
    "Seed": "4294967295",
    "Size-1": "832",
    "Size-2": "1216",
    "Model hash": "31e35c80fc",
    "Model": "sd_xl",
    "Lora hashes": "a: 1, b: 2",
    "Version": "v1.10.1",
}
INVOKE = {
    "generation_mode": "sdxl_txt2img",
    "positive_prompt": PROMPT,
    "negative_prompt": NEGATIVE,
    "width": 1024,
    "height": 768,
    "seed": 3735928559,
    "rand_device": "cpu",
    "cfg_scale": 7.5,
    "cfg_rescale_multiplier": 0.0,
    "steps": 30,
    "scheduler": "dpmpp_2m_k",
    "model": {"key": "1", "hash": "blake3:ab", "name": "juggernaut", "base": "sdxl"},
    "vae": {"name": "sdxl-vae"},
    "loras": [],
    "app_version": "5.6.0",
}
INVOKE_PARAMETERS = {
    "Steps": "30",
    "Sampler": "dpmpp_2m_k",
    "CFG scale": "7.5",
    "CFG rescale": "0",
    "Seed": "3735928559",
    "RNG": "cpu",
    "Size-1": "1024",
    "Size-2": "768",
    "Model hash": "blake3:ab",
    "Model": "juggernaut",
    "VAE": "sdxl-vae",
    "Version": "5.6.0",
}
OLD_INVOKE = {
    "model": "stable diffusion",
    "model_weights": "sd-1.5",
    "model_hash": "cc6c",
    "app_id": "invoke-ai/InvokeAI",
    "app_version": "2.3.5",
    "image": {
        "prompt": [{"prompt": f"{PROMPT} [{NEGATIVE}]", "weight": 1.0}],
        "steps": 50,
        "cfg_scale": 7.5,
        "height": 512,
        "width": 640,
        "seed": 42,
        "sampler": "k_lms",
    },
}
COMFY: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 156680208700286,
            "steps": 20,
            "cfg": 8.0,
            "sampler_name": "euler",
            "scheduler": "normal",
            "denoise": 1.0,
            "model": ["4", 0],
            "positive": ["10", 0],
            "negative": ["7", 0],
            "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd15.safetensors"}},
    "5": {
        "class_type": "EmptyLatentImage",
        "inputs": {"width": 512, "height": 768, "batch_size": 1},
    },
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": PROMPT, "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": ["11", 0], "clip": ["4", 1]}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0]}, "is_changed": [float("nan")]},
    "10": {
        "class_type": "ControlNetApplyAdvanced",
        "inputs": {"strength": 1.0, "positive": ["6", 0], "negative": ["7", 0]},
    },
    "11": {"class_type": "PrimitiveString", "inputs": {"value": NEGATIVE}},
}
COMFY_PARAMETERS = {
    "Steps": "20",
    "Sampler": "euler",
    "Schedule type": "normal",
    "CFG scale": "8",
    "Seed": "156680208700286",
    "Denoising strength": "1",
    "Model": "sd15.safetensors",
    "Size-1": "512",
    "Size-2": "768",
}
FLUX: dict[str, Any] = {
    "1": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {
            "noise": ["2", 0],
            "guider": ["3", 0],
            "sampler": ["4", 0],
            "sigmas": ["5", 0],
            "latent_image": ["6", 0],
        },
    },
    "2": {"class_type": "RandomNoise", "inputs": {"noise_seed": ["12", 0]}},
    "3": {"class_type": "BasicGuider", "inputs": {"model": ["7", 0], "conditioning": ["8", 0]}},
    "4": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "5": {
        "class_type": "BasicScheduler",
        "inputs": {"scheduler": "simple", "steps": 4, "denoise": 1, "model": ["7", 0]},
    },
    "6": {
        "class_type": "EmptySD3LatentImage",
        "inputs": {"width": ["13", 0], "height": ["13", 0]},
    },
    "7": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux1-schnell.sft"}},
    "8": {"class_type": "FluxGuidance", "inputs": {"guidance": 3.5, "conditioning": ["9", 0]}},
    "9": {"class_type": "Reroute", "inputs": {"": ["10", 0]}},
    "10": {"class_type": "CLIPTextEncode", "inputs": {"text": PROMPT, "clip": ["11", 0]}},
    "12": {"class_type": "PrimitiveInt", "inputs": {"value": 77}},
    "13": {"class_type": "PrimitiveInt", "inputs": {"value": 1024}},
}
FOOOCUS = {
    "adm_guidance": "(1.5, 0.8, 0.3)",
    "base_model": "juggernautXL_v8Rundiffusion",
    "base_model_hash": "aeb7e9e689",
    "clip_skip": 2,
    "created_by": "",
    "full_negative_prompt": ["cat, blurry", "worst quality"],
    "full_prompt": [f"{PROMPT}, cinematic still", "warm light"],
    "guidance_scale": 4.0,
    "lora_combined_1": "sd_xl_offset : 0.1",
    "loras": [["sd_xl_offset", 0.1, "4852"]],
    "metadata_scheme": "fooocus",
    "negative_prompt": NEGATIVE,
    "performance": "Speed",
    "prompt": PROMPT,
    "refiner_model": "None",
    "resolution": "(1152, 896)",
    "sampler": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "seed": "6401414171466",
    "sharpness": 2.0,
    "steps": 30,
    "styles": "['Fooocus V2', 'Fooocus Sharp']",
    "vae": "Default (model)",
    "version": "Fooocus v2.5.5",
}
FOOOCUS_PARAMETERS = {
    "Steps": "30",
    "Sampler": "dpmpp_2m_sde_gpu",
    "Schedule type": "karras",
    "CFG scale": "4",
    "Seed": "6401414171466",
    "Model hash": "aeb7e9e689",
    "Model": "juggernautXL_v8Rundiffusion",
    "Refiner": "None",
    "VAE": "Default (model)",
    "Clip skip": "2",
    "Performance": "Speed",
    "Sharpness": "2",
    "Styles": "['Fooocus V2', 'Fooocus Sharp']",
    "Version": "Fooocus v2.5.5",
    "Size-1": "1152",
    "Size-2": "896",
}
FOOOCUS_A1111 = (
    f"{PROMPT}, cinematic still\nNegative prompt: {NEGATIVE}, worst quality\n"
    "Steps: 30, Sampler: DPM++ 2M SDE Karras, Seed: 123, Size: 1152x896, CFG scale: 4, "
    "Sharpness: 2, Performance: Speed, Model hash: aeb7e9e689, Model: juggernautXL, "
    f'Raw prompt: "{PROMPT}", Raw negative prompt: "{NEGATIVE}", Version: Fooocus v2.5.5'
)
FOOOCUS_A1111_PARAMETERS = {
    "Steps": "30",
    "Sampler": "DPM++ 2M SDE Karras",
    "Seed": "123",
    "Size-1": "1152",
    "Size-2": "896",
    "CFG scale": "4",
    "Sharpness": "2",
    "Performance": "Speed",
    "Model hash": "aeb7e9e689",
    "Model": "juggernautXL",
    "Version": "Fooocus v2.5.5",
}
SWARM = {
    "sui_image_params": {
        "prompt": PROMPT,
        "negativeprompt": NEGATIVE,
        "model": "OfficialStableDiffusion/sd_xl_base",
        "seed": 9,
        "steps": "20",
        "cfgscale": 7.0,
        "aspectratio": "1:1",
        "width": 1024,
        "height": "1024",
        "sampler": "euler",
        "scheduler": "normal",
        "swarm_version": "0.9.5.1",
    },
    "sui_extra_data": {"date": "2026-01-01"},
    "sui_models": [{"name": "sd_xl_base", "param": "model", "hash": "0x1"}],
}
SWARM_PARAMETERS = {
    "Steps": "20",
    "Sampler": "euler",
    "Schedule type": "normal",
    "CFG scale": "7",
    "Seed": "9",
    "Model": "OfficialStableDiffusion/sd_xl_base",
    "Version": "0.9.5.1",
    "Size-1": "1024",
    "Size-2": "1024",
}
DRAW_THINGS = {
    "c": PROMPT,
    "uc": NEGATIVE,
    "steps": 20,
    "sampler": "DPM++ 2M AYS",
    "scale": 4,
    "seed": 2411183519,
    "size": "1024x768",
    "model": "wurstchen_v3.0_stage_c_f16.ckpt",
    "strength": 1,
    "seed_mode": "Scale Alike",
    "v2": {"stage2Steps": 10, "stage2Guidance": 1.1, "width": 1024, "height": 768, "loras": []},
}
DRAW_THINGS_PARAMETERS = {
    "Decoder steps": "10",
    "Decoder CFG scale": "1.1",
    "Steps": "20",
    "Sampler": "DPM++ 2M AYS",
    "CFG scale": "4",
    "Seed": "2411183519",
    "Model": "wurstchen_v3.0_stage_c_f16.ckpt",
    "Denoising strength": "1",
    "Seed mode": "Scale Alike",
    "Size-1": "1024",
    "Size-2": "768",
}
NOVEL_AI = {
    "prompt": PROMPT,
    "steps": 28,
    "height": 1216,
    "width": 832,
    "scale": 5.0,
    "seed": 3034545342,
    "sampler": "k_euler_ancestral",
    "noise_schedule": "karras",
    "uc": NEGATIVE,
    "v4_prompt": {
        "caption": {
            "base_caption": PROMPT,
            "char_captions": [{"char_caption": "girl, {red hair}", "centers": []}],
        }
    },
}
NOVEL_AI_TEXTS = {
    "Title": "AI generated image",
    "Description": PROMPT,
    "Software": "NovelAI",
    "Source": "NovelAI Diffusion V4.5 4BDE2A90",
    "Comment": json.dumps(NOVEL_AI),
}
NOVEL_AI_PARAMETERS = {
    "Steps": "28",
    "Sampler": "k_euler_ancestral",
    "Schedule type": "karras",
    "CFG scale": "5",
    "Seed": "3034545342",
    "Size-1": "832",
    "Size-2": "1216",
    "Model": "NovelAI Diffusion V4.5 4BDE2A90",
}
MATRIX = {
    "PositivePrompt": PROMPT,
    "NegativePrompt": NEGATIVE,
    "Steps": 20,
    "CfgScale": 5.5,
    "Sampler": "euler",
    "Seed": 5,
    "Width": 512,
    "Height": 640,
    "ModelName": "sd15",
}
EASY = {
    "prompt": PROMPT,
    "seed": 12,
    "used_random_seed": True,
    "negative_prompt": NEGATIVE,
    "num_outputs": 1,
    "num_inference_steps": 25,
    "guidance_scale": 7.5,
    "width": 512,
    "height": 576,
    "use_stable_diffusion_model": "sd-v1-5",
    "sampler_name": "euler_a",
}
EASY_PARAMETERS = {
    "Steps": "25",
    "Sampler": "euler_a",
    "CFG scale": "7.5",
    "Seed": "12",
    "Model": "sd-v1-5",
    "Size-1": "512",
    "Size-2": "576",
}
EASY_LABELS = {
    "Prompt": PROMPT,
    "Negative Prompt": NEGATIVE,
    "Seed": "12",
    "Stable Diffusion model": "sd-v1-5",
    "Sampler": "euler_a",
    "Width": "512",
    "Height": "576",
    "Steps": "25",
    "Guidance Scale": "7.5",
}
MOCHI = (
    f"Include in Image: {PROMPT}; with a hat: red; Exclude from Image: {NEGATIVE}; "
    "Model: sd-v1-5_split-einsum; Steps: 18; Guidance Scale: 11.0; Seed: 2063337361; "
    "Size: 512x768; Upscaler: RealESRGAN; Scheduler: DPM-Solver++; ML Compute Unit: CPU & GPU; "
    "Generator: Mochi Diffusion 5.1"
)
MOCHI_PARAMETERS = {
    "Steps": "18",
    "Sampler": "DPM-Solver++",
    "CFG scale": "11.0",
    "Seed": "2063337361",
    "Model": "sd-v1-5_split-einsum",
    "Version": "Mochi Diffusion 5.1",
    "Size-1": "512",
    "Size-2": "768",
}
