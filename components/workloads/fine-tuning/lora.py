"""Trains a LoRA adapter, with the base model in 16 bits or, as QLoRA, in 4. Runs in an image with PyTorch and PEFT."""

import io
import json
import tempfile
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from peft import prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, get_cosine_schedule_with_warmup

IGNORED = -100
"""Label of a token that is not learned from."""


class LoraTrainer:
    """Learns from lines of JSON with `messages`, of which the last one is the answer."""

    def __init__(self, settings: dict, data: bytes) -> None:
        training = settings["training"]
        torch.manual_seed(training["seed"])
        self._batch = training["batchSize"]
        self._tokenizer = AutoTokenizer.from_pretrained(settings["base"], revision=settings["revision"])
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        conversations = [json.loads(line)["messages"] for line in data.decode().splitlines() if line.strip()]
        self._examples = [self._example(messages, training["contextTokens"]) for messages in conversations]
        self._steps = max(1, len(self._examples) // self._batch) * training["epochs"]
        self._done = 0
        quantized = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16
        )
        base = AutoModelForCausalLM.from_pretrained(
            settings["base"],
            revision=settings["revision"],
            dtype=torch.bfloat16,
            device_map="auto",
            **({"quantization_config": quantized} if training["method"] == "qlora" else {}),
        )
        if training["method"] == "qlora":
            base = prepare_model_for_kbit_training(base)
        else:
            base.gradient_checkpointing_enable()
            base.enable_input_require_grads()
        adapter = LoraConfig(
            r=training["rank"], lora_alpha=2 * training["rank"], target_modules="all-linear", task_type="CAUSAL_LM"
        )
        self._model = get_peft_model(base, adapter)
        self._optimizer = torch.optim.AdamW(
            [weight for weight in self._model.parameters() if weight.requires_grad], lr=training["learningRate"]
        )
        self._schedule = get_cosine_schedule_with_warmup(self._optimizer, self._steps // 20, self._steps)
        self._seed = training["seed"]

    def total_steps(self) -> int:
        """Optimizer steps of the whole run."""
        return self._steps

    def load(self, state: bytes) -> None:
        """Takes weights, optimizer, schedule, place in the data and random numbers back."""
        saved = torch.load(io.BytesIO(state), map_location="cpu", weights_only=True)
        set_peft_model_state_dict(self._model, saved["adapter"])
        self._optimizer.load_state_dict(saved["optimizer"])
        self._schedule.load_state_dict(saved["schedule"])
        self._done = saved["done"]
        torch.set_rng_state(saved["random"])
        torch.cuda.set_rng_state_all(saved["cudaRandom"])

    def state(self) -> bytes:
        """Everything that a run needs to go on as if nothing had been."""
        buffer = io.BytesIO()
        torch.save(
            {
                "adapter": get_peft_model_state_dict(self._model),
                "optimizer": self._optimizer.state_dict(),
                "schedule": self._schedule.state_dict(),
                "done": self._done,
                "random": torch.get_rng_state(),
                "cudaRandom": torch.cuda.get_rng_state_all(),
            },
            buffer,
        )
        return buffer.getvalue()

    def step(self) -> float:
        """One optimizer step over one batch, an example at a time; answers the mean loss."""
        self._model.train()
        batch = self._batch_of(self._done)
        total = 0.0
        for tokens, labels in batch:
            inputs = torch.tensor([tokens], device=self._model.device)
            targets = torch.tensor([labels], device=self._model.device)
            loss = self._model(input_ids=inputs, labels=targets).loss / len(batch)
            loss.backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        self._schedule.step()
        self._optimizer.zero_grad(set_to_none=True)
        self._done += 1
        return total

    def result(self) -> dict[str, bytes]:
        """Files of the adapter as vLLM loads them."""
        with tempfile.TemporaryDirectory() as folder:
            self._model.save_pretrained(folder)
            return {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}

    def _batch_of(self, step: int) -> list[tuple[list[int], list[int]]]:
        per_epoch = max(1, len(self._examples) // self._batch)
        order = torch.randperm(
            len(self._examples), generator=torch.Generator().manual_seed(self._seed + step // per_epoch)
        ).tolist()
        first = step % per_epoch * self._batch
        return [self._examples[index] for index in order[first : first + self._batch]]

    def _example(self, messages: list[dict], context: int) -> tuple[list[int], list[int]]:
        whole = self._tokenizer.apply_chat_template(messages)
        question = self._tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True)
        labels = [IGNORED] * len(question) + whole[len(question) :]
        return whole[:context], labels[:context]
