"""The bridge between Jupyter's messages and the JSON lines of ``dmo --kernel``."""

import json
import os
import shutil
import signal
import subprocess

from ipykernel.kernelbase import Kernel

from . import __version__


class ProgramEnded(Exception):
    """dmo is not there, or has ended in the middle of an answer."""


class Program:
    """A running ``dmo --kernel``."""

    def __init__(self):
        wanted = os.environ.get("DMO_PROGRAM", "dmo")
        path = shutil.which(wanted)
        if path is None:
            raise ProgramEnded(
                f"there is no program '{wanted}'; say where dmo is with "
                "'python -m dmo_kernel install --dmo /path/to/dmo'"
            )
        # In a session of its own: Jupyter interrupts the whole process group of the kernel, and the interrupt is
        # passed on only while something runs.
        self.process = subprocess.Popen(
            [path, "--kernel"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.number = 0
        self.version = self._read()["version"]

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            raise ProgramEnded(f"dmo has ended (status {status}); restart the kernel")
        return json.loads(line)

    def ask(self, request, on_event=None):
        """Sends a request and gives its last answer; what comes before goes to ``on_event``.

        An interrupt is passed on to dmo, which finishes what runs; a second one ends its simulations.
        """
        self.number += 1
        line = json.dumps({**request, "id": self.number}).encode() + b"\n"
        try:
            self.process.stdin.write(line)
            self.process.stdin.flush()
        except OSError as error:
            raise ProgramEnded(f"dmo has ended ({error}); restart the kernel") from None
        while True:
            try:
                event = self._read()
                if event.get("id") != self.number:
                    continue
                if event["event"] == "done":
                    return event
                if on_event is not None:
                    on_event(event)
            except KeyboardInterrupt:
                self.process.send_signal(signal.SIGINT)

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait()


class DmoKernel(Kernel):
    implementation = "dmo_kernel"
    implementation_version = __version__
    language = "dmo"
    language_info = {
        "name": "dmo",
        "mimetype": "text/x-dmo",
        "file_extension": ".dmo",
        "pygments_lexer": "text",
    }
    banner = "dmo: constrained multi-objective optimisation of expensive simulations"

    _program = None

    @property
    def program(self):
        if self._program is None:
            self._program = Program()
        return self._program

    def _send(self, kind, content):
        self.send_response(self.iopub_socket, kind, content)

    def do_execute(
        self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **_
    ):
        progress = {}

        def show(event):
            kind = event["event"]
            if silent:
                return
            if kind == "display":
                self._send("display_data", {"data": event["data"], "metadata": {}})
            elif kind == "note":
                self._send("stream", {"name": "stderr", "text": event["text"] + "\n"})
            elif kind == "progress":
                # One line that is drawn again and again.
                content = {
                    "data": {"text/plain": event["text"]},
                    "metadata": {},
                    "transient": {"display_id": f"dmo-progress-{self.execution_count}"},
                }
                self._send("update_display_data" if progress else "display_data", content)
                progress["shown"] = True

        try:
            answer = self.program.ask(
                {"do": "execute", "code": code, "count": self.execution_count}, show
            )
        except ProgramEnded as error:
            self._program = None
            answer = {"status": "error", "name": "ProgramEnded", "value": str(error), "traceback": [str(error)]}
        if answer["status"] == "ok":
            payload = [{"source": "ask_exit", "keepkernel": False}] if answer.get("ended") else []
            return {
                "status": "ok",
                "execution_count": self.execution_count,
                "payload": payload,
                "user_expressions": {},
            }
        error = {
            "ename": answer.get("name", "Error"),
            "evalue": answer.get("value", answer.get("message", "")),
            "traceback": answer.get("traceback", []),
        }
        if not silent:
            self._send("error", error)
        return {"status": "error", "execution_count": self.execution_count, **error}

    def _ask(self, request, otherwise):
        """For what the editor asks: without dmo there is no answer, and executing a cell says why."""
        try:
            answer = self.program.ask(request)
        except ProgramEnded:
            self._program = None
            return otherwise
        return answer if answer["status"] != "invalid" or request["do"] == "is_complete" else otherwise

    def do_is_complete(self, code):
        answer = self._ask({"do": "is_complete", "code": code}, {"status": "unknown"})
        return {key: answer[key] for key in ("status", "indent") if key in answer}

    def do_complete(self, code, cursor_pos):
        nothing = {"matches": [], "start": cursor_pos, "end": cursor_pos}
        answer = self._ask({"do": "complete", "code": code, "cursor": cursor_pos}, nothing)
        return {
            "status": "ok",
            "matches": answer["matches"],
            "cursor_start": answer["start"],
            "cursor_end": answer["end"],
            "metadata": {},
        }

    def do_inspect(self, code, cursor_pos, detail_level=0, omit_sections=()):
        answer = self._ask({"do": "inspect", "code": code, "cursor": cursor_pos}, {"found": False})
        return {
            "status": "ok",
            "found": answer["found"],
            "data": answer.get("data", {}),
            "metadata": {},
        }

    def do_shutdown(self, restart):
        if self._program is not None:
            self._program.close()
            self._program = None
        return {"status": "ok", "restart": restart}
