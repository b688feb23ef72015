"""CPU seconds of one training step of an FT-Transformer in PyTorch, eager, one thread: forward, backward, AdamW.

The same shapes as TrainingStepBenchmark: 15 parameters + CLS, 3 blocks, 4 heads, feed-forward twice the width, 4 targets and 8 labels,
batch 128. The reference computes every token in every block, as its layers do. Also prediction of 10,000 points and input gradients
at 200 points, at width 32.
"""
import math
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)
QUICK = "--quick" in sys.argv
BATCH, TOKENS, HEADS, BLOCKS, TARGETS, LABELS = 128, 15, 4, 3, 4, 8


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner, self.outer = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x):
        n, t, w = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(n, t, 3, HEADS, w // HEADS).permute(2, 0, 3, 1, 4)
        rate = 0.1 if self.training else 0.0
        a = F.scaled_dot_product_attention(q, k, v, dropout_p=rate)
        x = x + F.dropout(self.out(a.transpose(1, 2).reshape(n, t, w)), 0.1, self.training)
        h = F.dropout(F.gelu(self.inner(self.norm2(x))), 0.05, self.training)
        return x + F.dropout(self.outer(h), 0.1, self.training)


class Network(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.slope = nn.Parameter(torch.randn(TOKENS, width) / math.sqrt(width))
        self.bias = nn.Parameter(torch.randn(TOKENS, width) / math.sqrt(width))
        self.cls = nn.Parameter(torch.randn(1, 1, width) / math.sqrt(width))
        self.blocks = nn.Sequential(*[Block(width) for _ in range(BLOCKS)])
        self.norm, self.heads = nn.LayerNorm(width), nn.Linear(width, TARGETS + LABELS)

    def forward(self, x):
        tokens = x[:, :, None] * self.slope + self.bias
        h = self.blocks(torch.cat([self.cls.expand(len(x), -1, -1), tokens], 1))
        return self.heads(self.norm(h[:, 0]))


def least(body, repeats):
    """Smallest CPU time of a run: what the machine does when nobody else is on it."""
    body()
    times = []
    for _ in range(1 if QUICK else repeats):
        start = time.process_time()
        body()
        times.append(time.process_time() - start)
    return min(times)


for width in (128, 64, 32):
    network = Network(width)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    x, y = torch.rand(BATCH, TOKENS), torch.randn(BATCH, TARGETS)
    c = (torch.rand(BATCH, LABELS) > 0.3).float()

    def step():
        optimizer.zero_grad()
        out = network(x)
        loss = F.mse_loss(out[:, :TARGETS], y) + F.binary_cross_entropy_with_logits(out[:, TARGETS:], c)
        loss.backward()
        optimizer.step()

    print(f"step{width}", least(step, 15))
    network.eval()
    many, few = torch.rand(10_000, TOKENS), torch.rand(200, TOKENS, requires_grad=True)

    def predict():
        with torch.no_grad():
            for part in many.split(256):
                network(part)

    def gradient():
        few.grad = None
        network(few).sum().backward()

    print(f"predict{width}", least(predict, 3))
    print(f"gradient{width}", least(gradient, 5))
