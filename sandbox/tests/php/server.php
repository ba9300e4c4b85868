<?php
// A shop of PHP's own SoapServer, as `php -S HOST:PORT server.php`: what the ERP side is tested with.
// Environment: OPENSI_KEY, OPENSI_CODE, OPENSI_LOG (a file: what came, one JSON a line).
ini_set('soap.wsdl_cache_enabled', '0');
ini_set('display_errors', '0');

class Shop
{
    private $key = '';

    public function Header($header)
    {
        $this->key = $header->key ?? '';
    }

    private function check($code = null)
    {
        if (!hash_equals(getenv('OPENSI_KEY'), $this->key)) {
            throw new SoapFault('Client', 'The key is wrong.');
        }
        if ($code !== null && $code !== getenv('OPENSI_CODE')) {
            throw new SoapFault('Client', 'The website code is wrong.');
        }
    }

    public function setComments($request)
    {
        $this->check($request->Website_Code ?? '');
        $comments = $request->Comment ?? [];
        $results = [];
        foreach (is_array($comments) ? $comments : [$comments] as $comment) {
            file_put_contents(getenv('OPENSI_LOG'), json_encode($comment) . "\n", FILE_APPEND);
            $number = $comment->WebOrderNumber ?? '';
            $known = $number !== '' && $number !== 'UNKNOWN';
            $results[] = ['Key' => $number, 'Code' => $known ? '1002' : '3002', 'Message' => ''];
        }
        return ['return' => $results];
    }

    public function getVersion()
    {
        $this->check();
        return ['return' => 'PHP ' . PHP_VERSION];
    }
}

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $server = new SoapServer(__DIR__ . '/opensi.wsdl', ['soap_version' => SOAP_1_2]);
    $server->setClass('Shop');
    $server->handle();
}
