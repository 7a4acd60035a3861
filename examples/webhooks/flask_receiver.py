"""A receiver of webhooks in Flask: verifies the bytes as they came, and does each event once."""

import json
import os

from flask import Flask, request

from webhook_signature import is_genuine

SECRETS = os.environ.get("WEBHOOK_SECRET", "").split()
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
# In a service of your own: a table, written in the transaction of what you do about the event.
done = set()


@app.post("/hooks")
def receive():
    body = request.get_data(cache=False)
    if not is_genuine(SECRETS, request.headers, body):
        return {"error": "the signature does not verify"}, 401
    identifier = request.headers["webhook-id"]
    is_repeat = identifier in done
    if not is_repeat:
        print(identifier, json.loads(body)["type"], flush=True)
        done.add(identifier)
    return {"repeat": is_repeat}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8080")))
