"""Runs notebooks with the kernel that is installed in this Python environment, through nbclient: ``python -m unittest``."""

import os
import tempfile
import threading
import time
import unittest
import xml.etree.ElementTree as xml

import nbformat
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

SPACE = """param x in [0, 5]
param y in [0, 3]
minimize f1 = 4*x^2 + 4*y^2
minimize f2 = (x - 5)^2 + (y - 5)^2"""


def notebook(*cells):
    """A notebook with these cells, not run yet."""
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "dmo", "display_name": "dmo", "language": "dmo"}},
    )


class Notebooks(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def run_cells(self, *cells, **options):
        page = notebook(*cells)
        client = NotebookClient(
            page, kernel_name="dmo", timeout=120, resources={"metadata": {"path": self.folder.name}}, **options
        )
        client.execute()
        return [cell.outputs for cell in page.cells]

    @staticmethod
    def data(outputs):
        return [output.data for output in outputs if output.output_type == "display_data"]

    def test_values_tables_and_figures(self):
        value, _, table, figure = self.run_cells(
            "let a = 6 * 7\na", SPACE, "sample sobol 32;\nevaluate;\ntable pareto top=3", "plot f1 f2"
        )
        self.assertEqual(self.data(value)[0]["text/plain"], "42")
        cells = xml.fromstring(self.data(table)[-1]["text/html"])
        self.assertEqual(len(cells.findall("tbody/tr")), 3)
        self.assertIn("f1", [cell.text for cell in cells.findall("thead/tr/th")])
        picture = self.data(figure)[-1]
        drawing = xml.fromstring(picture["image/svg+xml"])
        self.assertTrue(drawing.tag.endswith("svg"))
        self.assertIn("f1", picture["text/plain"])

    def test_a_file_is_where_the_notebook_is(self):
        self.run_cells(SPACE + "\nsample sobol 4;\nevaluate;\nexport all to \"points.csv\"")
        with open(os.path.join(self.folder.name, "points.csv"), encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 5)

    def test_an_error_stops_the_notebook(self):
        with self.assertRaises(CellExecutionError) as caught:
            self.run_cells("1 + 1", "let b = nowhere + 1")
        self.assertIn("unknown name 'nowhere'", str(caught.exception))
        self.assertIn("In[2]:1:9", str(caught.exception))

    def test_after_an_error_all_is_as_before(self):
        outputs = self.run_cells("let a = 1", "let a = 2\nlet b = nowhere", "a", allow_errors=True)
        self.assertEqual(outputs[1][0].output_type, "error")
        self.assertEqual(self.data(outputs[2])[0]["text/plain"], "1")


class Messages(unittest.TestCase):
    """What an editor asks of a living kernel."""

    @classmethod
    def setUpClass(cls):
        cls.manager, cls.client = start_new_kernel(kernel_name="dmo")

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel()

    def reply(self, message):
        return self.client._recv_reply(message, timeout=60)["content"]

    def test_completion(self):
        code = "let é = 1; optimize surr"
        found = self.reply(self.client.complete(code))
        self.assertEqual(found["matches"], ["surrogate="])
        self.assertEqual(code[found["cursor_start"] : found["cursor_end"]], "surr")

    def test_completeness(self):
        self.assertEqual(self.reply(self.client.is_complete("def f(x) {"))["status"], "incomplete")
        self.assertEqual(self.reply(self.client.is_complete("1 + 1"))["status"], "complete")
        self.assertEqual(self.reply(self.client.is_complete("1 + )"))["status"], "invalid")

    def test_inspection(self):
        found = self.reply(self.client.inspect("sample sobol 4", 3))
        self.assertTrue(found["found"] and "sample" in found["data"]["text/plain"])
        self.assertFalse(self.reply(self.client.inspect("nothing_here", 3))["found"])

    def test_interrupt(self):
        self.client.execute_interactive('benchmark "zdt1"', timeout=60, output_hook=lambda message: None)
        busy = threading.Event()

        def interrupt():
            busy.wait(60)
            self.manager.interrupt_kernel()

        def watch(message):
            if "searching" in message["content"].get("data", {}).get("text/plain", ""):
                busy.set()

        thread = threading.Thread(target=interrupt)
        thread.start()
        start = time.monotonic()
        answer = self.client.execute_interactive(
            "optimize nsga2 generations=1000000 surrogate=none", timeout=120, output_hook=watch
        )["content"]
        thread.join()
        self.assertTrue(busy.is_set(), "it was seen at work")
        self.assertEqual((answer["status"], answer["ename"]), ("error", "Interrupted"))
        self.assertLess(time.monotonic() - start, 100)
        shown = []
        self.client.execute_interactive("1 + 1", timeout=60, output_hook=shown.append)
        texts = [message["content"]["data"]["text/plain"] for message in shown if message["msg_type"] == "display_data"]
        self.assertEqual(texts, ["2"], "no stale interrupt")


if __name__ == "__main__":
    unittest.main()
