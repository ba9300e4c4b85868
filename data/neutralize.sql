-- a copy of a database talks to no marketplace and knows no secret
UPDATE marketplace_account
   SET state = 'disabled',
       login = NULL,
       password = NULL,
       token = NULL,
       service_key = NULL,
       webhook_secret = NULL,
       webhook_ids = NULL,
       webhook_wish = NULL,
       comment_first_id = NULL,
       comment_sequence_id = NULL,
       token_expires_at = NULL;
