#!/usr/bin/env python3
"""A small network in PyTorch that goes on from where it was, on one process or
several (torchrun, srun), in a checkpointed job and anywhere else.

usage: train.py [EPOCHS]
"""
import os
import sys

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

import ckptstate.torch


class Data(torch.utils.data.Dataset):
    """Points, and what the network shall say of each."""

    def __len__(self):
        return 512

    def __getitem__(self, i):
        x = torch.randn(8, generator=torch.Generator().manual_seed(i))
        return x, x.prod().reshape(1)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    if "RANK" in os.environ:
        # Debian's PyTorch 2 is built without libuv.
        os.environ.setdefault("USE_LIBUV", "0")
        dist.init_process_group("gloo")
    model = torch.nn.Sequential(
        torch.nn.Linear(8, 16),
        torch.nn.Tanh(),
        torch.nn.Dropout(0.1),
        torch.nn.Linear(16, 1),
    )
    if dist.is_initialized():
        model = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with ckptstate.torch.job(model=model, optimizer=optimizer) as job:
        print("begins at epoch", job.epoch, "sample", job.samples, flush=True)
        for x, y in job.batches(Data(), batch_size=16, epochs=epochs, num_workers=2):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            if job.samples == 0:
                print("epoch", job.epoch, "loss %.6f" % loss.item(), flush=True)
        if job.rank == 0:
            torch.save(model.state_dict(), "model.pt")
            with open("model.txt", "w") as file:
                print(*(p.tolist() for p in model.parameters()), file=file)


if __name__ == "__main__":
    main()
