"""A receiver of webhooks in FastAPI: verifies the bytes as they came, and does each event once."""

import json
import os

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from webhook_signature import is_genuine

SECRETS = os.environ.get("WEBHOOK_SECRET", "").split()
BODY_LIMIT_BYTES = 1024 * 1024
app = FastAPI()
# In a service of your own: a table, written in the transaction of what you do about the event.
done = set()


@app.post("/hooks")
async def receive(request: Request):
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_LIMIT_BYTES:
            return JSONResponse({"error": "too large"}, status_code=413)
    if not is_genuine(SECRETS, request.headers, body):
        return JSONResponse({"error": "the signature does not verify"}, status_code=401)
    identifier = request.headers["webhook-id"]
    is_repeat = identifier in done
    if not is_repeat:
        print(identifier, json.loads(body)["type"], flush=True)
        done.add(identifier)
    return {"repeat": is_repeat}


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8080"))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
